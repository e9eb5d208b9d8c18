// Which hosts are this machine itself (loopback).
import { isIP } from 'node:net';

/** Whether a server that listens on the host can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

// Which hosts are this machine itself.
import { isIP } from 'node:net';

/** Whether only this machine can reach a server that listens on the host. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

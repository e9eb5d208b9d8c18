// The owner record of a server folder, without a server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { claimFolder, identifyProcess, isAlive, readOwner } from '../src/owner.ts';

const rounds = 100;
const racers = 3;

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-owner-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function race(startsAt: number, folders: string[]): Promise<string[]> {
  const script = join(import.meta.dirname, 'support/claim-racer.ts');
  const child = spawn(process.execPath, [script, String(startsAt), ...folders], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const exited = once(child, 'exit');
    child.stdin.end();
    await exited;
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return z.array(z.string()).parse(JSON.parse(String(line)));
}

test('of processes that find the same dead owner at the same instant exactly one becomes the owner', async () => {
  const root = createFolder();
  const folders = Array.from({ length: rounds }, (_, index) => join(root, String(index)));
  const dead = { pid: 1, startedAt: 'long ago' };
  for (const folder of folders) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'owner.7.json'), JSON.stringify({ owner: dead }));
  }
  const startsAt = Date.now() + 1_500;
  const winners = await Promise.all(Array.from({ length: racers }, () => race(startsAt, folders)));
  expect(winners.flat()).toHaveLength(rounds);
  expect(new Set(winners.flat())).toEqual(new Set(folders));
  for (const folder of folders) expect(readdirSync(folder)).toEqual(['owner.8.json']);
});

test('the same process can claim a folder again only after it has released it', () => {
  const folder = createFolder();
  const claim = claimFolder(folder, '/shown');
  expect(() => claimFolder(folder, '/shown')).toThrow(
    `The data folder /shown is in use by process ${process.pid},`,
  );
  claim.release();
  claimFolder(folder, '/shown').release();
});

test('the record of a new owner keeps the previous supervisor until the new one is recorded', () => {
  const folder = createFolder();
  const supervisor = { pid: 12, startedAt: 'then' };
  writeFileSync(join(folder, 'owner.1.json'), JSON.stringify({ supervisor }));
  const claim = claimFolder(folder, folder);
  expect(claim.previousSupervisor).toEqual(supervisor);
  expect(readOwner(folder).supervisor).toEqual(supervisor);
});

test('a process with the same pid and another start time is another process', () => {
  const self = identifyProcess(process.pid);
  expect(self !== undefined && isAlive(self)).toBe(true);
  expect(isAlive({ pid: process.pid, startedAt: 'another time' })).toBe(false);
});

test('a killed process is dead even before its parent has reaped it', async () => {
  // The shell is replaced by a program that never reaps the child of the shell.
  const parent = spawn('/bin/sh', ['-c', 'sleep 600 & echo $!; exec sleep 600']);
  onTestFinished(() => {
    parent.kill('SIGKILL');
  });
  const [line] = await once(createInterface({ input: parent.stdout }), 'line');
  const child = identifyProcess(Number(line));
  expect(child !== undefined && isAlive(child)).toBe(true);
  process.kill(Number(line), 'SIGKILL');
  await expect.poll(() => child !== undefined && isAlive(child)).toBe(false);
});

test('a process is alive also for readers with another time zone or language', () => {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('TZ', 'UTC').stubEnv('LC_ALL', 'C');
  const self = identifyProcess(process.pid);
  vi.stubEnv('TZ', 'Asia/Tokyo').stubEnv('LC_ALL', 'de_DE.UTF-8');
  expect(self !== undefined && isAlive(self)).toBe(true);
});

// Several processes that start a server in the same data folder.
import { expect, test } from 'vitest';
import { findEmbedded } from '../src/index.ts';
import {
  createFolder,
  isAnythingRunning,
  killOwner,
  query,
  start,
  startInOtherProcess,
  waitFor,
} from './support/postgres.ts';

test('a second start is refused with the pid of the owner, and findEmbedded returns the url of the owner', async () => {
  const dataDir = createFolder();
  expect(await findEmbedded(dataDir)).toBeUndefined();
  const owner = await startInOtherProcess(dataDir);
  await expect(start(dataDir)).rejects.toThrow(
    `The data folder ${dataDir} is in use by process ${owner.pid}, and only one process can run its Postgres: stop that process, or set DATA_DIR`,
  );
  expect(await findEmbedded(dataDir)).toBe(owner.url);
  expect(await query(owner.url ?? '', 'SELECT 1')).toEqual([1]);
  await killOwner(owner);
  await waitFor('nothing of the owner runs', () => !isAnythingRunning(dataDir));
  expect(await findEmbedded(dataDir)).toBeUndefined();
});

test('of several starts at the same instant exactly one succeeds, also if there is a dead owner', async () => {
  const dataDir = createFolder();
  for (let round = 0; round < 2; round += 1) {
    const owners = await Promise.all([1, 2, 3, 4].map(() => startInOtherProcess(dataDir)));
    const [winner, ...others] = owners.filter(({ url }) => url !== undefined);
    expect(others).toEqual([]);
    const refusals = owners.filter(({ error }) => error?.includes(`is in use by process ${winner?.pid},`));
    expect(refusals).toHaveLength(3);
    if (winner !== undefined) await killOwner(winner);
  }
});

// What readers of one reply cost in a server's memory: while they wait, and once they have stopped reading.
import { readFileSync } from 'node:fs';
import type { Options } from './main.ts';
import { startAfterword } from './support/afterword.ts';
import { openDatabase } from './support/database.ts';
import type { FanCalls } from './support/fan-readers.ts';
import type { ModelCalls } from './support/model.ts';
import { beginReply } from './support/replies.ts';
import { measureRounds, renderResults, type Sample } from './support/rounds.ts';
import { startWorker } from './support/worker.ts';

type Metric = 'idle' | 'stalled';

/** Tokens of the reply that nobody reads: 1 MB of text, which MAX_REPLY_BYTES just lets through. */
const stalledTokens = 200_000;
const warmUp = { readers: 200, count: 200 };
/** How long a server is left alone before its memory is read. */
const settleMs = 2_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory in KiB; undefined where /proc does not tell. */
function readResident(pid: number): number | undefined {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

export async function benchMemory(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  const model = startWorker<ModelCalls>(new URL('./support/model.ts', import.meta.url));
  stack.defer(() => model.stop());
  const modelUrl = await model.call('listen', undefined);
  const fan = startWorker<FanCalls>(new URL('./support/fan-readers.ts', import.meta.url));
  stack.defer(() => fan.stop());
  const readers = options.isQuick ? 100 : 1_000;

  async function open(url: string, target: { readers: number; count: number }): Promise<void> {
    await model.call('prepare', { generations: 1, count: target.count, intervalMs: 0 });
    const messageId = await beginReply(url, 0);
    await fan.call('open', { url, ...target, messageId });
    await model.call('allAsked', undefined);
  }

  async function measure(): Promise<Sample<Metric>> {
    await using own = new AsyncDisposableStack();
    const { profile } = options;
    const { url, pid } = await startAfterword(own, { databaseUrl: database.url, modelUrl, profile });
    const settled = async (): Promise<number | undefined> => {
      await pause(settleMs);
      return readResident(pid);
    };
    await open(url, warmUp);
    await model.call('release', undefined);
    await fan.call('finish', undefined);

    const empty = await settled();
    await open(url, { readers, count: stalledTokens });
    const idle = await settled();
    await fan.call('stall', undefined);
    await model.call('release', undefined);
    await pause(settleMs);
    const stalled = await settled();
    await fan.call('resume', undefined);
    await fan.call('finish', undefined);
    const grown = (from: number | undefined, to: number | undefined): number | undefined =>
      from === undefined || to === undefined ? undefined : (to - from) / readers;
    return { idle: grown(empty, idle), stalled: grown(idle, stalled) };
  }

  const names = { cases: [`${readers} readers`], contenders: ['afterword'] };
  const results = await measureRounds<Metric>({ rounds: options.rounds, ...names }, measure);
  return renderResults(results, {
    ...names,
    limit: 'afterword',
    columns: [
      { title: 'KiB an idle reader', metric: 'idle', digits: 1 },
      { title: 'KiB more when stalled', metric: 'stalled', digits: 1 },
    ],
    ratios: [],
  });
}

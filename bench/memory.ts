// What readers of one reply cost in a server's memory: while they wait, and once they have stopped reading.
import { readFileSync } from 'node:fs';
import { type Metric, measureRounds, ours, type Sample } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { startAfterword } from './support/afterword.ts';
import { openDatabase } from './support/database.ts';
import type { FanCalls } from './support/fan-readers.ts';
import type { ModelCalls } from './support/model.ts';
import { type Options, selectNamed } from './support/options.ts';
import { startReply } from './support/replies.ts';
import { startWorker } from './support/worker.ts';

type MetricName = 'idle' | 'stalled';

/** Tokens of the reply that nobody reads: 1 MB of text, just within MAX_REPLY_BYTES. */
const stalledTokens = 200_000;
const warmUp = { readers: 200, tokens: 200 };
/** How long a server is left alone before its memory is read. */
const settleMs = 2_000;
// Differences of two readings, so one of them can be negative: compared in KiB.
const metrics: Metric<MetricName>[] = [
  { name: 'idle', title: 'KiB an idle reader', digits: 1, better: 'lower', minDifference: 4 },
  { name: 'stalled', title: 'KiB more when stalled', digits: 1, better: 'lower', minDifference: 4 },
];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory in KiB; undefined if /proc does not have it. */
function readResidentMemory(pid: number): number | undefined {
  try {
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return resident === undefined ? undefined : Number(resident);
  } catch {
    return undefined;
  }
}

export async function benchMemory(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  const database = await openDatabase(stack);
  const model = startWorker<ModelCalls>(new URL('./support/model.ts', import.meta.url));
  stack.defer(() => model.stop());
  const modelUrl = await model.call('listen', undefined);
  const fan = startWorker<FanCalls>(new URL('./support/fan-readers.ts', import.meta.url));
  stack.defer(() => fan.stop());

  async function open(url: string, target: { readers: number; tokens: number }): Promise<void> {
    await model.call('prepare', { generations: 1, tokens: target.tokens, intervalMs: 0 });
    const messageId = await startReply(url, 0);
    await fan.call('open', { url, ...target, messageId });
    await model.call('allRequested', undefined);
  }

  async function measure({ readers }: { readers: number }): Promise<Sample<MetricName>> {
    await using serverStack = new AsyncDisposableStack();
    const { profile } = options;
    const servers = { databaseUrl: database.url, modelUrl, profile };
    const { url, pid } = await startAfterword(serverStack, servers);
    const readSettledMemory = async (): Promise<number | undefined> => {
      await pause(settleMs);
      return readResidentMemory(pid);
    };
    await open(url, warmUp);
    await model.call('release', undefined);
    await fan.call('finish', undefined);

    const empty = await readSettledMemory();
    await open(url, { readers, tokens: stalledTokens });
    const idle = await readSettledMemory();
    await fan.call('stall', undefined);
    await model.call('release', undefined);
    await pause(settleMs);
    const stalled = await readSettledMemory();
    await fan.call('resume', undefined);
    await fan.call('finish', undefined);
    const growthPerReader = (from: number | undefined, to: number | undefined): number | undefined =>
      from === undefined || to === undefined ? undefined : (to - from) / readers;
    return { idle: growthPerReader(empty, idle), stalled: growthPerReader(idle, stalled) };
  }

  const readers = options.isQuick ? 100 : 1_000;
  const plan = {
    name: 'memory',
    cases: selectNamed([{ name: `${readers} readers`, readers }], options.only),
    contenders: [ours('afterword')],
    metrics,
  };
  return { postgresVersion: database.version, tables: [await measureRounds(plan, options, measure)] };
}

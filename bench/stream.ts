// Tokens through the WebSocket subscription, beside a byte proxy of the same stream.
import type { Options } from './main.ts';
import { type RunningServer, startAfterword } from './support/afterword.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import type { ModelCalls } from './support/model.ts';
import type { ReaderCalls, Receipts } from './support/readers.ts';
import { measureRounds, renderResults, type Sample } from './support/rounds.ts';
import { startServer } from './support/server.ts';
import { percentile } from './support/statistics.ts';
import { startWorker, type Worker } from './support/worker.ts';

type Metric = 'rate' | 'serverCpu' | 'postgresCpu' | 'p50' | 'p99';
type Case = { name: string; generations: number; count: number; intervalMs: number };
type Setting = {
  database: BenchDatabase;
  model: Worker<ModelCalls>;
  readers: Worker<ReaderCalls>;
  servers: Record<Contender, RunningServer>;
};
type Contender = 'afterword' | 'proxy';

const contenders: readonly Contender[] = ['afterword', 'proxy'];
const pacedPerSecond = 100;

function casesOf({ seconds, isQuick }: Options): Case[] {
  const paced = { count: seconds * pacedPerSecond, intervalMs: 1_000 / pacedPerSecond };
  return [1, 50].flatMap((generations) => [
    {
      name: `${generations} as fast as it can`,
      generations,
      count: (generations === 1 ? 200_000 : 20_000) / (isQuick ? 10 : 1),
      intervalMs: 0,
    },
    { name: `${generations} × ${pacedPerSecond}/s`, generations, ...paced },
  ]);
}

/** From the instant the model wrote each token to the instant its reader had it, in order of size. */
function latenciesOf(writtenAt: readonly Float64Array[], receipts: readonly Receipts[]): Float64Array {
  const latencies = receipts.flatMap(({ tokens, times }, place) => {
    let piece = 0;
    return Array.from(writtenAt[place] ?? [], (written, index) => {
      while ((tokens[piece] ?? Number.POSITIVE_INFINITY) <= index) piece += 1;
      return (times[piece] ?? Number.NaN) - written;
    });
  });
  return Float64Array.from(latencies).sort();
}

async function measure(setting: Setting, contender: Contender, script: Case): Promise<Sample<Metric>> {
  const { database, model, readers, servers } = setting;
  const { url, pid } = servers[contender];
  const { generations, count, intervalMs } = script;
  await model.call('prepare', { generations, count, intervalMs });
  const opening = readers.call('open', { kind: contender, url, generations, count });
  await Promise.all([opening, model.call('allAsked', undefined)]);
  // The last subscription has been sent, not yet taken.
  await new Promise((resolve) => setTimeout(resolve, 300));

  const before = { server: readCpu([pid]), postgres: database.readCpu() };
  const releasedAt = await model.call('release', undefined);
  const finishedAt = await readers.call('finish', undefined);
  const after = { server: readCpu([pid]), postgres: database.readCpu() };

  const tokens = generations * count;
  const latencies =
    intervalMs === 0
      ? undefined
      : latenciesOf(await model.call('writtenAt', undefined), await readers.call('receipts', undefined));
  const perToken = (cpuMs: number) => (cpuMs * 1_000) / tokens;
  return {
    rate: (tokens * 1_000) / (finishedAt - releasedAt),
    serverCpu: perToken(cpuBetween(before.server, after.server)),
    postgresCpu:
      contender === 'proxy' || before.postgres === undefined || after.postgres === undefined
        ? undefined
        : perToken(cpuBetween(before.postgres, after.postgres)),
    p50: latencies && percentile(latencies, 0.5),
    p99: latencies && percentile(latencies, 0.99),
  };
}

export async function benchStream(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  const model = startWorker<ModelCalls>(new URL('./support/model.ts', import.meta.url));
  stack.defer(() => model.stop());
  const modelUrl = await model.call('listen', undefined);
  const readers = startWorker<ReaderCalls>(new URL('./support/readers.ts', import.meta.url));
  stack.defer(() => readers.stop());
  const { profile } = options;
  const afterword = await startAfterword(stack, { databaseUrl: database.url, modelUrl, profile });
  const proxyFile = new URL('./support/byte-proxy.ts', import.meta.url);
  const proxy = await startServer(stack, proxyFile, { MODEL_URL: modelUrl });
  const setting = { database, model, readers, servers: { afterword, proxy } };

  const cases = casesOf(options).filter(({ name }) => options.only === undefined || name === options.only);
  const warmUp = { name: 'warm-up', generations: 10, count: 10_000, intervalMs: 0 };
  // Paced as well: the code that runs once per token is hot after some ten thousand of them, not at the first.
  const pacedWarmUp = { ...warmUp, generations: 50, count: options.isQuick ? 50 : 300, intervalMs: 10 };
  for (const contender of contenders) {
    for (const script of [warmUp, pacedWarmUp]) await measure(setting, contender, script);
  }
  const names = { cases: cases.map(({ name }) => name), contenders };
  const results = await measureRounds<Metric>({ rounds: options.rounds, ...names }, (caseName, contender) => {
    const script = cases.find(({ name }) => name === caseName) ?? warmUp;
    return measure(setting, contender === 'proxy' ? 'proxy' : 'afterword', script);
  });
  return renderResults(results, {
    ...names,
    limit: 'proxy',
    columns: [
      { title: 'tokens/s', metric: 'rate', digits: 0 },
      { title: 'server CPU µs/token', metric: 'serverCpu', digits: 1 },
      { title: 'Postgres CPU µs/token', metric: 'postgresCpu', digits: 1 },
      { title: 'p50 ms', metric: 'p50', digits: 2 },
      { title: 'p99 ms', metric: 'p99', digits: 2 },
    ],
    ratios: [
      { title: 'tokens/s by proxy’s', metric: 'rate' },
      { title: 'server CPU by proxy’s', metric: 'serverCpu' },
    ],
  });
}

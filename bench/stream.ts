// Tokens through the subscription `generation`, beside a byte proxy of the same stream and a bare subscription.
import type { Options } from './main.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import { openDatabase } from './support/database.ts';
import type { ModelCalls } from './support/model.ts';
import type { ReaderCalls, Receipts } from './support/readers.ts';
import { measureRounds, renderResults, type Sample } from './support/rounds.ts';
import { percentile } from './support/statistics.ts';
import { type Contender, type Contenders, startContenders } from './support/stream-contenders.ts';
import { startWorker, type Worker } from './support/worker.ts';

type Metric = 'rate' | 'serverCpu' | 'postgresCpu' | 'p50' | 'p99' | 'growth';
type Case = { name: string; generations: number; count: number; intervalMs: number };
type Setting = {
  model: Worker<ModelCalls>;
  readers: Worker<ReaderCalls>;
  contenders: Contenders;
  readPostgresCpu(): ReturnType<typeof readCpu> | undefined;
};

const pacedPerSecond = 100;
/** Tokens of each generation that is as fast as it can, by their number. */
const fastCounts: Record<number, number> = { 1: 200_000, 50: 20_000, 500: 1_000 };

function casesOf({ seconds, isQuick }: Options): Case[] {
  const paced = { count: seconds * pacedPerSecond, intervalMs: 1_000 / pacedPerSecond };
  // Of a quick look's few seconds, five hundred would take most.
  return (isQuick ? [1, 50] : [1, 50, 500]).flatMap((generations) => [
    {
      ...{ name: `${generations} as fast as it can`, generations, intervalMs: 0 },
      count: (fastCounts[generations] ?? 0) / (isQuick ? 10 : 1),
    },
    { name: `${generations} × ${pacedPerSecond}/s`, generations, ...paced },
  ]);
}

/** Those that only repeat what is known are left out, for the sake of the time that all take. */
function isLeftOut(caseName: string, contender: string): boolean {
  if (contender === 'event stream' || contender === 'two nodes') return !caseName.startsWith('50 ');
  return contender === 'bare Yoga' && caseName.startsWith('500 ');
}

/** From the instant the model wrote each token to the instant its reader had it, by generation and token. */
function latenciesOf(writtenAt: readonly Float64Array[], receipts: readonly Receipts[]): Float64Array[] {
  return receipts.map(({ tokens, times }, place) => {
    let piece = 0;
    return Float64Array.from(writtenAt[place] ?? [], (written, index) => {
      while ((tokens[piece] ?? Number.POSITIVE_INFINITY) <= index) piece += 1;
      return (times[piece] ?? Number.NaN) - written;
    });
  });
}

const sorted = (parts: readonly Float64Array[]): Float64Array =>
  Float64Array.from(parts.flatMap((part) => [...part])).sort();

/** By how much the last quarter of the tokens came later than the second. */
function growthOf(latencies: readonly Float64Array[]): number {
  const quarter = (which: number) =>
    sorted(latencies.map((all) => all.subarray((all.length * which) / 4, (all.length * (which + 1)) / 4)));
  return percentile(quarter(3), 0.5) - percentile(quarter(1), 0.5);
}

async function measureLatencies(
  { model, readers }: Setting,
  { intervalMs }: Case,
): Promise<Pick<Sample<Metric>, 'p50' | 'p99' | 'growth'>> {
  if (intervalMs === 0) return { p50: undefined, p99: undefined, growth: undefined };
  const latencies = latenciesOf(
    await model.call('writtenAt', undefined),
    await readers.call('receipts', undefined),
  );
  const all = sorted(latencies);
  return { p50: percentile(all, 0.5), p99: percentile(all, 0.99), growth: growthOf(latencies) };
}

async function measure(setting: Setting, name: Contender, script: Case): Promise<Sample<Metric>> {
  const { model, readers, contenders } = setting;
  const contender = contenders.get(name);
  if (contender === undefined) throw new Error(`No contender ${name}.`);
  const { generations, count, intervalMs } = script;
  await model.call('prepare', { generations, count, intervalMs });
  const opening = readers.call('open', { ...contender.target, generations, count });
  await Promise.all([opening, model.call('allAsked', undefined)]);
  // The last subscription has been sent, not yet taken.
  await new Promise((resolve) => setTimeout(resolve, 300));

  const read = () => ({ server: readCpu(contender.pids), postgres: setting.readPostgresCpu() });
  const before = read();
  const releasedAt = await model.call('release', undefined);
  const finishedAt = await readers.call('finish', undefined);
  const after = read();

  const tokens = generations * count;
  const perToken = (cpuMs: number) => (cpuMs * 1_000) / tokens;
  return {
    rate: (tokens * 1_000) / (finishedAt - releasedAt),
    serverCpu: perToken(cpuBetween(before.server, after.server)),
    postgresCpu:
      !contender.usesPostgres || before.postgres === undefined || after.postgres === undefined
        ? undefined
        : perToken(cpuBetween(before.postgres, after.postgres)),
    ...(await measureLatencies(setting, script)),
  };
}

async function warmUp(setting: Setting, isQuick: boolean): Promise<void> {
  const fast = { name: 'warm-up', generations: 10, count: isQuick ? 1_000 : 5_000, intervalMs: 0 };
  // Paced as well: the code that runs once per token is hot after some ten thousand of them, not at the first.
  const paced = { ...fast, generations: 50, count: isQuick ? 50 : 200, intervalMs: 10 };
  for (const name of setting.contenders.keys()) {
    for (const script of [fast, paced]) await measure(setting, name, script);
  }
}

export async function benchStream(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  const model = startWorker<ModelCalls>(new URL('./support/model.ts', import.meta.url));
  stack.defer(() => model.stop());
  const modelUrl = await model.call('listen', undefined);
  const readers = startWorker<ReaderCalls>(new URL('./support/readers.ts', import.meta.url));
  stack.defer(() => readers.stop());
  const servers = { databaseUrl: database.url, modelUrl, profile: options.profile };
  const contenders = await startContenders(stack, servers);
  const setting = { model, readers, contenders, readPostgresCpu: () => database.readCpu() };

  const cases = casesOf(options).filter(({ name }) => options.only === undefined || name === options.only);
  await warmUp(setting, options.isQuick);
  const names = { cases: cases.map(({ name }) => name), contenders: [...contenders.keys()], isLeftOut };
  const results = await measureRounds<Metric>({ rounds: options.rounds, ...names }, (caseName, contender) => {
    const script = cases.find(({ name }) => name === caseName);
    const known = names.contenders.find((name) => name === contender);
    if (script === undefined || known === undefined) throw new Error(`No ${caseName} of ${contender}.`);
    return measure(setting, known, script);
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
      { title: 'lag grows by ms', metric: 'growth', digits: 1 },
    ],
    ratios: [
      { title: 'tokens/s by proxy’s', metric: 'rate' },
      { title: 'server CPU by proxy’s', metric: 'serverCpu' },
    ],
  });
}

// Tokens through the subscription `generation`, beside a byte proxy of the same stream and a bare subscription.
import { type Metric, measureRounds, other, ours, type Sample } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import { openDatabase } from './support/database.ts';
import type { ModelCalls } from './support/model.ts';
import { type Options, selectNamed } from './support/options.ts';
import { percentile } from './support/percentile.ts';
import type { ReaderCalls, Receipts } from './support/readers.ts';
import { type ContenderName, type Contenders, startContenders } from './support/stream-contenders.ts';
import { startWorker, type Worker } from './support/worker.ts';

type MetricName = 'rate' | 'serverCpu' | 'postgresCpu' | 'p50' | 'p99' | 'growth';
type Case = { name: string; generations: number; tokens: number; intervalMs: number };
type Setup = {
  model: Worker<ModelCalls>;
  readers: Worker<ReaderCalls>;
  contenders: Contenders;
  readPostgresCpu(): ReturnType<typeof readCpu> | undefined;
};

const metrics: Metric<MetricName>[] = [
  { name: 'rate', title: 'tokens/s', digits: 0, better: 'higher', ratioTitle: 'tokens/s by proxy’s' },
  {
    ...{ name: 'serverCpu', title: 'server CPU µs/token', digits: 1, better: 'lower' },
    ratioTitle: 'server CPU by proxy’s',
  },
  { name: 'postgresCpu', title: 'Postgres CPU µs/token', digits: 1, better: 'lower' },
  { name: 'p50', title: 'p50 ms', digits: 2, better: 'lower' },
  { name: 'p99', title: 'p99 ms', digits: 2, better: 'lower' },
  // About zero if all is well, so it is compared in milliseconds.
  { name: 'growth', title: 'lag grows by ms', digits: 1, better: 'lower', minDifference: 1 },
];
const pacedPerSecond = 100;
/** Tokens of each generation that is as fast as it can, by the number of generations. */
const fastTokens: Record<number, number> = { 1: 200_000, 50: 20_000, 500: 1_000 };

function casesOf({ seconds, isQuick }: Options): Case[] {
  const paced = { tokens: seconds * pacedPerSecond, intervalMs: 1_000 / pacedPerSecond };
  // Five hundred would take up most of the few seconds of --quick.
  return (isQuick ? [1, 50] : [1, 50, 500]).flatMap((generations) => [
    {
      ...{ name: `${generations} as fast as it can`, generations, intervalMs: 0 },
      tokens: (fastTokens[generations] ?? 0) / (isQuick ? 10 : 1),
    },
    { name: `${generations} × ${pacedPerSecond}/s`, generations, ...paced },
  ]);
}

/** Leaves out what would only repeat the result of another case, to save time. */
function isLeftOut(caseName: string, contender: ContenderName): boolean {
  if (contender === 'event stream' || contender === 'two nodes') return !caseName.startsWith('50 ');
  return contender === 'bare Yoga' && caseName.startsWith('500 ');
}

/** From the instant the model wrote each token to the instant its reader had it, by generation and token. */
function latenciesOf(writtenAt: readonly Float64Array[], receipts: readonly Receipts[]): Float64Array[] {
  return receipts.map(({ tokens, times }, generation) => {
    let piece = 0;
    return Float64Array.from(writtenAt[generation] ?? [], (written, index) => {
      while ((tokens[piece] ?? Number.POSITIVE_INFINITY) <= index) piece += 1;
      return (times[piece] ?? Number.NaN) - written;
    });
  });
}

const sorted = (parts: readonly Float64Array[]): Float64Array =>
  Float64Array.from(parts.flatMap((part) => [...part])).sort();

/** How much later the last quarter of the tokens came than the second (medians). */
function growthOf(latencies: readonly Float64Array[]): number {
  const quarter = (which: number) =>
    sorted(latencies.map((all) => all.subarray((all.length * which) / 4, (all.length * (which + 1)) / 4)));
  return percentile(quarter(3), 0.5) - percentile(quarter(1), 0.5);
}

async function measureLatencies(
  { model, readers }: Setup,
  { intervalMs }: Case,
): Promise<Pick<Sample<MetricName>, 'p50' | 'p99' | 'growth'>> {
  if (intervalMs === 0) return { p50: undefined, p99: undefined, growth: undefined };
  const latencies = latenciesOf(
    await model.call('writtenAt', undefined),
    await readers.call('receipts', undefined),
  );
  const all = sorted(latencies);
  return { p50: percentile(all, 0.5), p99: percentile(all, 0.99), growth: growthOf(latencies) };
}

async function measure(setup: Setup, name: ContenderName, script: Case): Promise<Sample<MetricName>> {
  const { model, readers, contenders } = setup;
  const contender = contenders.get(name);
  if (contender === undefined) throw new Error(`There is no contender ${name}.`);
  const { generations, tokens, intervalMs } = script;
  await model.call('prepare', { generations, tokens, intervalMs });
  const opening = readers.call('open', { ...contender.target, generations, tokens });
  await Promise.all([opening, model.call('allRequested', undefined)]);
  // The last subscription has been sent, but the server may not have read it yet.
  await new Promise((resolve) => setTimeout(resolve, 300));

  const read = () => ({ server: readCpu(contender.pids), postgres: setup.readPostgresCpu() });
  const before = read();
  const releasedAt = await model.call('release', undefined);
  const finishedAt = await readers.call('finish', undefined);
  const after = read();

  const total = generations * tokens;
  const perToken = (cpuMs: number) => (cpuMs * 1_000) / total;
  return {
    rate: (total * 1_000) / (finishedAt - releasedAt),
    serverCpu: perToken(cpuBetween(before.server, after.server)),
    postgresCpu:
      !contender.usesPostgres || before.postgres === undefined || after.postgres === undefined
        ? undefined
        : perToken(cpuBetween(before.postgres, after.postgres)),
    ...(await measureLatencies(setup, script)),
  };
}

async function warmUp(setup: Setup, isQuick: boolean): Promise<void> {
  const fast = { name: 'warm-up', generations: 10, tokens: isQuick ? 1_000 : 5_000, intervalMs: 0 };
  // Paced as well: the code that runs once per token is compiled only after some ten thousand of them.
  const paced = { ...fast, generations: 50, tokens: isQuick ? 50 : 200, intervalMs: 10 };
  for (const name of setup.contenders.keys()) {
    for (const script of [fast, paced]) await measure(setup, name, script);
  }
}

export async function benchStream(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  const database = await openDatabase(stack);
  const model = startWorker<ModelCalls>(new URL('./support/model.ts', import.meta.url));
  stack.defer(() => model.stop());
  const modelUrl = await model.call('listen', undefined);
  const readers = startWorker<ReaderCalls>(new URL('./support/readers.ts', import.meta.url));
  stack.defer(() => readers.stop());
  const servers = { databaseUrl: database.url, modelUrl, profile: options.profile };
  const contenders = await startContenders(stack, servers);
  const setup = { model, readers, contenders, readPostgresCpu: () => database.readCpu() };

  const cases = selectNamed(casesOf(options), options.only);
  await warmUp(setup, options.isQuick);
  const plan = {
    ...{ name: 'stream', cases, isLeftOut, metrics },
    contenders: [...contenders].map(([name, { isOurs }]) => (isOurs ? ours(name) : other(name))),
    limit: 'proxy' as const,
  };
  const table = await measureRounds(plan, options, (script, name) => measure(setup, name, script));
  return { postgresVersion: database.version, tables: [table] };
}

// The log read from its first event on, in each way that there is; and what a page costs as the log grows.
import { type Metric, measureRounds, other, ours, type Sample } from './results/rounds.ts';
import type { Results, ResultTable } from './results/schema.ts';
import { type RunningServer, startAfterword } from './support/afterword.ts';
import { migrateDatabase } from './support/command.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import { type BenchDatabase, openDatabase, openServer } from './support/database.ts';
import type { LoadCalls, LoadTarget } from './support/load.ts';
import type { LogReader, LogReaderCalls } from './support/log-readers.ts';
import { loadMetrics, measureLoad } from './support/measure-load.ts';
import { type Options, selectNamed } from './support/options.ts';
import { progress } from './support/progress.ts';
import { seededTopic, seedLog } from './support/seed-log.ts';
import { startWorker, type Worker } from './support/worker.ts';

type Log = { name: string; events: number; database: BenchDatabase; server: RunningServer };
type ReplayMetric = 'rate' | 'serverCpu' | 'postgresCpu';

const logReaders: readonly LogReader[] = ['query', 'socket', 'event stream', 'command line', 'raw pg'];
const replayMetrics: Metric<ReplayMetric>[] = [
  { name: 'rate', title: 'events/s', digits: 0, better: 'higher', ratioTitle: 'events/s by raw pg’s' },
  { name: 'serverCpu', title: 'server CPU µs/event', digits: 1, better: 'lower' },
  { name: 'postgresCpu', title: 'Postgres CPU µs/event', digits: 1, better: 'lower' },
];
const pageSize = 100;
const pageQuery = `query ($offset: Offset!) {
  events(topic: "${seededTopic}", offset: $offset, first: ${pageSize}) {
    edges { node { id offset cursor type conversationId version actor recordedAt payload } }
    pageInfo { hasNextPage endCursor }
  }
}`;
/** Written as text: the placeholder stands where JSON has a number. */
const pageTemplate = `{"query":${JSON.stringify(pageQuery)},"variables":{"offset":%NUMBER%}}`;

const sizesOf = ({ isQuick }: Options): [string, number][] =>
  isQuick
    ? [
        ['10 thousand', 10_000],
        ['50 thousand', 50_000],
      ]
    : [
        ['10 thousand', 10_000],
        ['1 million', 1_000_000],
        ['10 million', 10_000_000],
      ];

async function openLogs(stack: AsyncDisposableStack, options: Options): Promise<Log[]> {
  const serverUrl = await openServer(stack);
  const logs: Log[] = [];
  for (const [name, events] of sizesOf(options)) {
    const database = await openDatabase(stack, { serverUrl, suffix: `_${events}` });
    await migrateDatabase(database.url);
    await seedLog(database, events);
    progress(`${name} events seeded`);
    const server = await startAfterword(stack, {
      ...{ databaseUrl: database.url, profile: options.profile },
      // The model is never asked: nothing listens there.
      modelUrl: 'http://127.0.0.1:9/v1',
    });
    logs.push({ name, events, database, server });
  }
  return logs;
}

const perEvent = (cpuMs: number, count: number): number => (cpuMs * 1_000) / count;

async function replay(
  { database, server, events }: Log,
  readers: Worker<LogReaderCalls>,
  { by, maxEvents }: { by: LogReader; maxEvents: number },
): Promise<Sample<ReplayMetric>> {
  const count = Math.min(events, maxEvents);
  const target = { url: server.url, databaseUrl: database.url, topic: seededTopic, count };
  const read = () => ({ server: readCpu([server.pid]), postgres: database.readCpu() });
  const before = read();
  const elapsedMs = await readers.call('read', { by, target });
  const after = read();
  const isServed = by !== 'command line' && by !== 'raw pg';
  return {
    rate: (count * 1_000) / elapsedMs,
    serverCpu: isServed ? perEvent(cpuBetween(before.server, after.server), count) : undefined,
    // Not for readers with a backend of their own: when it ends, what it used can no longer be read.
    postgresCpu:
      isServed && before.postgres !== undefined && after.postgres !== undefined
        ? perEvent(cpuBetween(before.postgres, after.postgres), count)
        : undefined,
  };
}

async function measureReplay(log: Log, stack: AsyncDisposableStack, options: Options): Promise<ResultTable> {
  const readers = startWorker<LogReaderCalls>(new URL('./support/log-readers.ts', import.meta.url));
  stack.defer(() => readers.stop());
  const maxEvents = options.isQuick ? 10_000 : 200_000;
  for (const by of logReaders) await replay(log, readers, { by, maxEvents: maxEvents / 4 });
  const plan = {
    name: 'replay',
    cases: [{ name: `${maxEvents.toLocaleString('en-US')} of ${log.name} events` }],
    contenders: logReaders.map((by) => (by === 'raw pg' ? other(by) : ours(by))),
    metrics: replayMetrics,
    limit: 'raw pg' as const,
  };
  return measureRounds(plan, options, (_case, by) => replay(log, readers, { by, maxEvents }));
}

async function measurePages(
  logs: Log[],
  stack: AsyncDisposableStack,
  options: Options,
): Promise<ResultTable> {
  const load = startWorker<LoadCalls>(new URL('./support/http-load.ts', import.meta.url));
  stack.defer(() => load.stop());
  const measure = ({ events, database, server }: Log, seconds: number) => {
    const target: LoadTarget = {
      ...{ url: server.url, connections: 1, templates: [pageTemplate] },
      ids: { prefix: '', count: events - pageSize },
    };
    return measureLoad({ database, load, pid: server.pid, seconds, target });
  };
  for (const log of logs) await measure(log, options.isQuick ? 1 : 3);
  const contenders = logs.map(({ name }) => ours(name));
  const plan = {
    name: 'pages',
    cases: [{ name: `a page of ${pageSize} anywhere` }],
    contenders,
    metrics: loadMetrics({
      rate: { title: 'pages/s' },
      p50: { ratioTitle: 'p50 by the smallest log’s' },
      totalCpu: { ratioTitle: 'total CPU by the smallest log’s' },
    }),
    limit: contenders[0]?.name ?? '',
  };
  return measureRounds(plan, options, (_case, name) => {
    const log = logs.find((one) => one.name === name);
    if (log === undefined) throw new Error(`There is no log of ${name} events.`);
    return measure(log, options.seconds);
  });
}

export async function benchReplay(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  const tableNames = selectNamed([{ name: 'replay' }, { name: 'pages' }], options.only).map(
    ({ name }) => name,
  );
  const logs = await openLogs(stack, options);
  const largest = logs.at(-1);
  if (largest === undefined) throw new Error('There is no log to read.');
  const tables: ResultTable[] = [];
  if (tableNames.includes('replay')) tables.push(await measureReplay(largest, stack, options));
  if (tableNames.includes('pages')) tables.push(await measurePages(logs, stack, options));
  return { postgresVersion: largest.database.version, tables };
}

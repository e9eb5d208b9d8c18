// The log read from its first event on, each way that there is; and what a page costs as the log grows.
import type { Options } from './main.ts';
import { type RunningServer, startAfterword } from './support/afterword.ts';
import { migrateDatabase } from './support/command.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import { type BenchDatabase, openDatabase, openServer } from './support/database.ts';
import type { LoadCalls, LoadTarget } from './support/load.ts';
import type { LogReader, LogReaderCalls } from './support/log-readers.ts';
import { type LoadMetric, loadColumns, measureLoad } from './support/measure-load.ts';
import { measureRounds, renderResults, type Sample } from './support/rounds.ts';
import { seededTopic, seedLog } from './support/seed-log.ts';
import { startWorker, type Worker } from './support/worker.ts';

type Log = { name: string; events: number; database: BenchDatabase; server: RunningServer };
type ReplayMetric = 'rate' | 'serverCpu' | 'postgresCpu';

const ways: readonly LogReader[] = ['query', 'socket', 'event stream', 'command line', 'raw pg'];
const pageSize = 100;
const pageQuery = `query ($offset: Offset!) {
  events(topic: "${seededTopic}", offset: $offset, first: ${pageSize}) {
    edges { node { id offset cursor type conversationId version actor recordedAt payload } }
    pageInfo { hasNextPage endCursor }
  }
}`;
/** As text, since what stands for the number is none. */
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
    const startedAt = performance.now();
    await seedLog(database, events);
    process.stderr.write(`${name} events in ${Math.round(performance.now() - startedAt)} ms\n`);
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
  { by, most }: { by: LogReader; most: number },
): Promise<Sample<ReplayMetric>> {
  const count = Math.min(events, most);
  const target = { url: server.url, databaseUrl: database.url, topic: seededTopic, count };
  const read = () => ({ server: readCpu([server.pid]), postgres: database.readCpu() });
  const before = read();
  const elapsedMs = await readers.call('read', { by, target });
  const after = read();
  const isServed = by !== 'command line' && by !== 'raw pg';
  return {
    rate: (count * 1_000) / elapsedMs,
    serverCpu: isServed ? perEvent(cpuBetween(before.server, after.server), count) : undefined,
    // A backend that ended in between takes what it used with it.
    postgresCpu:
      isServed && before.postgres !== undefined && after.postgres !== undefined
        ? perEvent(cpuBetween(before.postgres, after.postgres), count)
        : undefined,
  };
}

async function measureReplay(log: Log, stack: AsyncDisposableStack, options: Options): Promise<string> {
  const readers = startWorker<LogReaderCalls>(new URL('./support/log-readers.ts', import.meta.url));
  stack.defer(() => readers.stop());
  const most = options.isQuick ? 10_000 : 200_000;
  for (const by of ways) await replay(log, readers, { by, most: most / 4 });
  const names = { cases: [`${most.toLocaleString('en-US')} of ${log.name} events`], contenders: ways };
  const results = await measureRounds<ReplayMetric>(
    { rounds: options.rounds, ...names },
    (_case, contender) =>
      replay(log, readers, { by: ways.find((way) => way === contender) ?? 'query', most }),
  );
  return renderResults(results, {
    ...names,
    limit: 'raw pg',
    columns: [
      { title: 'events/s', metric: 'rate', digits: 0 },
      { title: 'server CPU µs/event', metric: 'serverCpu', digits: 1 },
      { title: 'Postgres CPU µs/event', metric: 'postgresCpu', digits: 1 },
    ],
    ratios: [{ title: 'events/s by raw pg’s', metric: 'rate' }],
  });
}

async function measurePages(logs: Log[], stack: AsyncDisposableStack, options: Options): Promise<string> {
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
  const contenders = logs.map(({ name }) => name);
  const names = { cases: [`a page of ${pageSize} anywhere`], contenders };
  const results = await measureRounds<LoadMetric>(
    { rounds: options.rounds, ...names },
    (_case, contender) => {
      const log = logs.find(({ name }) => name === contender);
      if (log === undefined) throw new Error(`No log of ${contender} events.`);
      return measure(log, options.seconds);
    },
  );
  return renderResults(results, {
    ...names,
    limit: contenders[0] ?? '',
    columns: loadColumns('pages/s'),
    ratios: [
      { title: 'p50 by the least’s', metric: 'p50' },
      { title: 'total CPU by the least’s', metric: 'totalCpu' },
    ],
  });
}

export async function benchReplay(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const logs = await openLogs(stack, options);
  const largest = logs.at(-1);
  if (largest === undefined) throw new Error('No log to read.');
  const tables: string[] = [];
  if (options.only !== 'pages') tables.push(await measureReplay(largest, stack, options));
  if (options.only !== 'replay') tables.push(await measurePages(logs, stack, options));
  return tables.join('\n\n');
}

// Ratings through GraphQL over HTTP, beside raw pg with one hand-written transaction for each.
import type { Options } from './main.ts';
import { startAfterword } from './support/afterword.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import type { LoadCalls } from './support/load.ts';
import { type LoadMetric, loadColumns, measureLoad } from './support/measure-load.ts';
import { measureRounds, renderResults } from './support/rounds.ts';
import { eventsEach, seed } from './support/seed.ts';
import { startWorker } from './support/worker.ts';

const contenders = ['afterword', 'raw pg'];
const cases = [1, 16, 64].map((connections) => ({ name: `${connections} connections`, connections }));

const query = `mutation ($input: RateMessageInput!) { rateMessage(input: $input) { feedback { rating } } }`;
const templates = [{ rating: 'LIKE' }, { rating: 'DISLIKE' }, { score: 0.75 }].map((change) =>
  JSON.stringify({ query, variables: { input: { messageId: '%ID%', ...change } } }),
);

/** @throws Error where the log has a hole: a contender that loses events is not faster */
async function checkLog(database: BenchDatabase, firstOffset: number): Promise<void> {
  const [log] = await database.run<{ events: number; grown: number }>(
    `SELECT (SELECT count(*) FROM event)::int AS events, (next_offset - $1)::int AS grown FROM topic`,
    [firstOffset],
  );
  if (log === undefined || log.events !== log.grown)
    throw new Error(`The log has holes: ${JSON.stringify(log)}`);
}

export async function benchFeedback(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  // The model is never asked: nothing listens there.
  const modelUrl = 'http://127.0.0.1:9/v1';
  const afterword = await startAfterword(stack, {
    databaseUrl: database.url,
    modelUrl,
    profile: options.profile,
  });
  const conversations = options.isQuick ? 200 : 5_000;
  const { replies: ids } = await seed(database, conversations);
  const httpLoad = startWorker<LoadCalls>(new URL('./support/http-load.ts', import.meta.url));
  stack.defer(() => httpLoad.stop());
  const rawAppend = startWorker<LoadCalls>(new URL('./support/raw-append.ts', import.meta.url));
  stack.defer(() => rawAppend.stop());

  const own = { url: afterword.url, pid: afterword.pid, load: httpLoad };
  // Without a server of its own: what calls pg is the process that is counted.
  const raw = { url: database.url, pid: rawAppend.pid, load: rawAppend };
  const measure = (contender: string, connections: number, seconds: number) => {
    const { url, pid, load } = contender === 'raw pg' ? raw : own;
    return measureLoad({ database, load, pid, seconds, target: { url, connections, ids, templates } });
  };
  for (const contender of contenders) await measure(contender, 16, options.isQuick ? 1 : 2);

  const chosen = cases.filter(({ name }) => options.only === undefined || name === options.only);
  const names = { cases: chosen.map(({ name }) => name), contenders };
  const results = await measureRounds<LoadMetric>(
    { rounds: options.rounds, ...names },
    (caseName, contender) => measure(contender, Number.parseInt(caseName, 10), options.seconds),
  );
  await checkLog(database, conversations * eventsEach);
  return renderResults(results, {
    ...names,
    limit: 'raw pg',
    columns: loadColumns('mutations/s'),
    ratios: [
      { title: 'mutations/s by raw pg’s', metric: 'rate' },
      { title: 'total CPU by raw pg’s', metric: 'totalCpu' },
    ],
  });
}

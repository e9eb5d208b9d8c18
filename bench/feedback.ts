// Ratings through GraphQL over HTTP, beside raw pg with one hand-written transaction for each, and beside peers that
// make a mutation of the same statement.
import type { Options } from './main.ts';
import { startAfterword } from './support/afterword.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import type { LoadCalls, LoadTarget } from './support/load.ts';
import { type LoadMetric, loadColumns, measureLoad } from './support/measure-load.ts';
import { rateFunction } from './support/rate-once.ts';
import { measureRounds, renderResults } from './support/rounds.ts';
import { eventsEach, seed } from './support/seed.ts';
import { startServer } from './support/server.ts';
import { startWorker, type Worker } from './support/worker.ts';

const contenders = ['afterword', 'raw pg', 'PostGraphile', 'Mercurius'];
const connections = 64;
/** Of peers, as of Afterword. */
const poolSize = 10;

const changes = [
  { rating: 'LIKE', score: null },
  { rating: 'DISLIKE', score: null },
  { rating: null, score: 0.75 },
];
const templatesOf = (query: string, inputOf: (change: (typeof changes)[number]) => object) =>
  changes.map((change) =>
    JSON.stringify({
      query,
      variables: { input: { messageId: '%ID%', username: '%AUTHOR%', ...inputOf(change) } },
    }),
  );
const templates = {
  afterword: templatesOf(
    'mutation ($input: RateMessageInput!) { rateMessage(input: $input) { feedback { rating } } }',
    ({ rating, score }) => ({ ...(rating && { rating }), ...(score && { score }) }),
  ),
  peers: templatesOf(
    'mutation ($input: RateReplyInput!) { rateReply(input: $input) { result } }',
    ({ rating, score }) => ({ rating: rating?.toLowerCase() ?? null, score }),
  ),
};

/** @throws Error where the log has a hole: a contender that loses events is not faster */
async function checkLog(database: BenchDatabase, firstOffset: number): Promise<void> {
  const [log] = await database.run<{ events: number; grown: number }>(
    `SELECT (SELECT count(*) FROM event)::int AS events, (next_offset - $1)::int AS grown FROM topic`,
    [firstOffset],
  );
  if (log === undefined || log.events !== log.grown)
    throw new Error(`The log has holes: ${JSON.stringify(log)}`);
}

type Cases = Record<string, LoadTarget['ids']>;

/** Replies of one conversation, of one model within an hour or two, and of 32 models within a month. */
async function seedCases(database: BenchDatabase, conversations: number): Promise<Cases> {
  const hot = await seed(database, conversations);
  const spread = await seed(database, conversations, { name: 'S', topics: ['default'] });
  await database.run(`UPDATE message SET model_id = 'bench-' || (abs(hashtext(id)) % 32),
    created_at = created_at + (abs(hashtext(id)) % 720) * interval '1 hour' WHERE id LIKE '01BENCHRS%'`);
  await database.run('VACUUM ANALYZE');
  return {
    'hot conversation': { ...hot.replies, count: 2 },
    'hot model': hot.replies,
    spread: spread.replies,
  };
}

type Contender = { url: string; pid: number; load: Worker<LoadCalls>; templates: string[] };

async function startContenders(
  stack: AsyncDisposableStack,
  database: BenchDatabase,
  profile: string | undefined,
): Promise<Record<string, Contender>> {
  // The model is never asked: nothing listens there.
  const modelUrl = 'http://127.0.0.1:9/v1';
  const load = startWorker<LoadCalls>(new URL('./support/http-load.ts', import.meta.url));
  stack.defer(() => load.stop());
  const raw = startWorker<LoadCalls>(new URL('./support/raw-rate.ts', import.meta.url));
  stack.defer(() => raw.stop());
  const environment = { DATABASE_URL: database.url, POOL_SIZE: String(poolSize) };
  const peer = async (file: string) => ({
    ...(await startServer(stack, new URL(file, import.meta.url), environment)),
    ...{ load, templates: templates.peers },
  });
  const afterword = await startAfterword(stack, { databaseUrl: database.url, modelUrl, profile });
  await database.run(rateFunction);
  return {
    afterword: { ...afterword, load, templates: templates.afterword },
    // Without a server of its own: what calls pg is the process that is counted.
    'raw pg': { url: database.url, pid: raw.pid, load: raw, templates: templates.peers },
    PostGraphile: await peer('./peers/postgraphile.ts'),
    Mercurius: await peer('./peers/mercurius.ts'),
  };
}

export async function benchFeedback(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  const running = await startContenders(stack, database, options.profile);
  const conversations = options.isQuick ? 200 : 5_000;
  const cases = await seedCases(database, conversations);
  const measure = (caseName: string, contender: string, seconds: number) => {
    const [one, ids] = [running[contender], cases[caseName]];
    if (one === undefined || ids === undefined) throw new Error(`There is no ${contender} or ${caseName}.`);
    const target = { url: one.url, connections, ids, templates: one.templates };
    return measureLoad({ database, load: one.load, pid: one.pid, seconds, target });
  };
  for (const contender of contenders) await measure('spread', contender, options.isQuick ? 1 : 2);

  const names = {
    cases: Object.keys(cases).filter((name) => options.only === undefined || name === options.only),
    contenders,
  };
  const results = await measureRounds<LoadMetric>(
    { rounds: options.rounds, ...names },
    (caseName, contender) => measure(caseName, contender, options.seconds),
  );
  await checkLog(database, 2 * conversations * eventsEach);
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

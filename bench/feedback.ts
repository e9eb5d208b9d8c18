// Ratings through GraphQL over HTTP, beside raw pg with one hand-written transaction for each, and beside peers that
// make a mutation of the same statement.
import { type Contender, measureRounds, other, ours } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { startAfterword } from './support/afterword.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import type { LoadCalls, LoadTarget } from './support/load.ts';
import { loadMetrics, measureLoad } from './support/measure-load.ts';
import { type Options, selectNamed } from './support/options.ts';
import { rateFunction } from './support/rate-once.ts';
import { eventsPerConversation, seed } from './support/seed.ts';
import { checkPeers, startServer } from './support/server.ts';
import { startWorker, type Worker } from './support/worker.ts';

type ContenderName = 'afterword' | 'raw pg' | 'PostGraphile' | 'Mercurius';
const contenders: Contender<ContenderName>[] = [
  ours('afterword'),
  other('raw pg'),
  other('PostGraphile'),
  other('Mercurius'),
];
const connections = 64;
/** Connections to Postgres of a peer: as many as Afterword has. */
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

/** @throws Error if the log has a gap: a contender that loses events is not faster */
async function checkLog(database: BenchDatabase, firstOffset: number): Promise<void> {
  const [log] = await database.run<{ events: number; grown: number }>(
    `SELECT (SELECT count(*) FROM event)::int AS events, (next_offset - $1)::int AS grown FROM topic`,
    [firstOffset],
  );
  if (log === undefined || log.events !== log.grown)
    throw new Error(`The log has gaps: ${JSON.stringify(log)}`);
}

type Case = { name: string; ids: LoadTarget['ids'] };

/** Replies of one conversation, of one model within an hour or two, and of 32 models within a month. */
async function seedCases(database: BenchDatabase, conversations: number) {
  const hot = await seed(database, conversations);
  const spread = await seed(database, conversations, { name: 'S', topics: ['default'] });
  await database.run(`UPDATE message SET model_id = 'bench-' || (abs(hashtext(id)) % 32),
    created_at = created_at + (abs(hashtext(id)) % 720) * interval '1 hour' WHERE id LIKE '01BENCHRS%'`);
  await database.run('VACUUM ANALYZE');
  return {
    hotConversation: { name: 'hot conversation', ids: { ...hot.replies, count: 2 } },
    hotModel: { name: 'hot model', ids: hot.replies },
    spread: { name: 'spread', ids: spread.replies },
  };
}

type RunningContender = { url: string; pid: number; load: Worker<LoadCalls>; templates: string[] };

async function startContenders(
  stack: AsyncDisposableStack,
  database: BenchDatabase,
  profile: string | undefined,
): Promise<Record<ContenderName, RunningContender>> {
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
    // There is no server in between: the process that calls pg is the one whose CPU counts.
    'raw pg': { url: database.url, pid: raw.pid, load: raw, templates: templates.peers },
    PostGraphile: await peer('./peers/postgraphile.ts'),
    Mercurius: await peer('./peers/mercurius.ts'),
  };
}

export async function benchFeedback(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  checkPeers();
  const database = await openDatabase(stack);
  const running = await startContenders(stack, database, options.profile);
  const conversations = options.isQuick ? 200 : 5_000;
  const cases = await seedCases(database, conversations);
  const measure = ({ ids }: Case, contender: ContenderName, seconds: number) => {
    const { url, pid, load, templates } = running[contender];
    return measureLoad({ database, load, pid, seconds, target: { url, connections, ids, templates } });
  };
  for (const { name } of contenders) await measure(cases.spread, name, options.isQuick ? 1 : 2);

  const plan = {
    name: 'feedback',
    cases: selectNamed<Case>(Object.values(cases), options.only),
    contenders,
    metrics: loadMetrics({
      rate: { title: 'mutations/s', ratioTitle: 'mutations/s by raw pg’s' },
      totalCpu: { ratioTitle: 'total CPU by raw pg’s' },
    }),
    limit: 'raw pg' as const,
  };
  const table = await measureRounds(plan, options, (oneCase, contender) =>
    measure(oneCase, contender, options.seconds),
  );
  await checkLog(database, 2 * conversations * eventsPerConversation);
  return { postgresVersion: database.version, tables: [table] };
}

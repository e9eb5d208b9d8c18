// The nested query by random id over many conversations, beside one statement and two GraphQL servers.
import { deepStrictEqual } from 'node:assert';
import { z } from 'zod';
import { measureRounds, other, ours } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { type RunningServer, startAfterword } from './support/afterword.ts';
import { openDatabase } from './support/database.ts';
import { askGraphql } from './support/graphql.ts';
import { idOf, type LoadCalls, type LoadTarget } from './support/load.ts';
import { loadMetrics, measureLoad } from './support/measure-load.ts';
import { type Options, selectNamed } from './support/options.ts';
import { seed } from './support/seed.ts';
import { checkPeers, startServer } from './support/server.ts';
import { startWorker } from './support/worker.ts';

const contenderNames = ['afterword', 'raw pg', 'PostGraphile', 'Mercurius'] as const;
type ContenderName = (typeof contenderNames)[number];

const connections = 16;
/** The same for all: Afterword's default. */
const poolSize = '10';

const query = `query ($id: ID!) {
  conversation(id: $id) {
    id title model { id }
    messages(first: 100) { nodes { id role content createdAt feedback { rating score comment } } }
  }
}`;

// PostGraphile derives its field names from the tables.
const postgraphileQuery = `query ($id: String!) {
  conversation: conversationByRowId(rowId: $id) {
    id: rowId title modelId
    messages(first: 100, orderBy: POSITION_ASC) {
      nodes { id: rowId role content createdAt feedback { nodes { rating score comment } } }
    }
  }
}`;

const queryOf = (contender: ContenderName): string =>
  contender === 'PostGraphile' ? postgraphileQuery : query;

const feedbackSchema = z.array(
  z.object({
    rating: z.string().toLowerCase().nullable(),
    score: z.number().nullable(),
    comment: z.string().nullable(),
  }),
);
const dataSchema = z.object({
  conversation: z
    .object({
      id: z.string(),
      title: z.string(),
      messages: z.object({
        nodes: z.array(
          z.object({
            id: z.string(),
            role: z.string().toLowerCase(),
            content: z.string(),
            createdAt: z.string().transform((text) => Date.parse(text)),
            feedback: z.union([
              feedbackSchema,
              z.object({ nodes: feedbackSchema }).transform(({ nodes }) => nodes),
            ]),
          }),
        ),
      }),
    })
    // PostGraphile has the model as a flat field.
    .and(z.object({ model: z.object({ id: z.string() }) }).or(z.object({ modelId: z.string() })))
    .transform(({ id, title, messages, ...rest }) => ({
      ...{ id, title, messages },
      model: 'model' in rest ? rest.model : { id: rest.modelId },
    })),
});

async function startContenders(
  options: Options,
  stack: AsyncDisposableStack,
  databaseUrl: string,
): Promise<Record<ContenderName, RunningServer>> {
  const environment = { DATABASE_URL: databaseUrl, POOL_SIZE: poolSize };
  const start = (file: string) => startServer(stack, new URL(file, import.meta.url), environment);
  // Afterword first: it creates the tables.
  const modelUrl = 'http://127.0.0.1:9/v1';
  const afterword = await startAfterword(stack, { databaseUrl, modelUrl, profile: options.profile });
  return {
    afterword,
    'raw pg': await start('./support/raw-read.ts'),
    PostGraphile: await start('./peers/postgraphile.ts'),
    Mercurius: await start('./peers/mercurius.ts'),
  };
}

/** @throws Error if their answers about a conversation differ */
async function checkAnswers(
  servers: Record<ContenderName, RunningServer>,
  ids: LoadTarget['ids'],
): Promise<void> {
  for (const number of [0, Math.floor(ids.count / 2), ids.count - 1]) {
    const id = idOf(ids, number);
    const answers = await Promise.all(
      contenderNames.map(async (contender) =>
        dataSchema.parse(await askGraphql(servers[contender].url, queryOf(contender), { id })),
      ),
    );
    for (const answer of answers) deepStrictEqual(answer, answers[0]);
  }
}

export async function benchRead(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  checkPeers();
  const database = await openDatabase(stack);
  const servers = await startContenders(options, stack, database.url);
  const { conversations: ids } = await seed(database, options.isQuick ? 2_000 : 100_000);
  await checkAnswers(servers, ids);
  const load = startWorker<LoadCalls>(new URL('./support/http-load.ts', import.meta.url));
  stack.defer(() => load.stop());

  const measure = (contender: ContenderName, seconds: number) => {
    const { url, pid } = servers[contender];
    const templates = [JSON.stringify({ query: queryOf(contender), variables: { id: '%ID%' } })];
    return measureLoad({ database, load, pid, seconds, target: { url, connections, ids, templates } });
  };
  for (const contender of contenderNames) await measure(contender, options.isQuick ? 1 : 3);

  const contenders = contenderNames.map((name) => (name === 'afterword' ? ours(name) : other(name)));
  const plan = {
    name: 'read',
    cases: [{ name: `${connections} connections` }],
    contenders: selectNamed(contenders, options.only),
    metrics: loadMetrics({
      rate: { title: 'requests/s', ratioTitle: 'requests/s by PostGraphile’s' },
      totalCpu: { ratioTitle: 'total CPU by PostGraphile’s' },
    }),
    limit: 'PostGraphile' as const,
  };
  const table = await measureRounds(plan, options, (_case, contender) => measure(contender, options.seconds));
  return { postgresVersion: database.version, tables: [table] };
}

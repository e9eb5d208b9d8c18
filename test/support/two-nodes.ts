// Two nodes in this process, on one database and before one scripted model, with a NATS between them or without.
import pg from 'pg';
import pino from 'pino';
import { type App, startApp } from '../../src/app.ts';
import { startTestApp, type TestApp } from './app.ts';
import { createGraphQLClient, type GraphQLClient } from './graphql-client.ts';
import { waitUntil } from './wait.ts';

export type Node = {
  url: string;
  client: GraphQLClient;
  app: App;
  /** What it has logged so far, from level info on. */
  messages(): string[];
};

export type TwoNodes = Omit<TestApp, 'app' | 'client' | 'as'> & { one: Node; other: Node };

function createListeningLog() {
  const lines: string[] = [];
  const log = pino({ level: 'info', base: null }, { write: (line: string) => void lines.push(line) });
  return { log, messages: () => lines.map((line): string => JSON.parse(line).msg) };
}

export async function startTwoNodes(environment: Record<string, string> = {}): Promise<TwoNodes> {
  const logs = [createListeningLog(), createListeningLog()] as const;
  const { app, client, ...test } = await startTestApp(environment, logs[0].log);
  const second = await startApp({ ...test.config, port: 0 }, logs[1].log);
  return {
    ...test,
    one: { url: app.url, client, app, messages: logs[0].messages },
    other: {
      url: second.url,
      client: createGraphQLClient(second.url),
      app: second,
      messages: logs[1].messages,
    },
    async stop() {
      await second.stop();
      await test.stop();
    },
  };
}

/** @param times how often each must have connected so far */
export async function untilConnected({ one, other }: TwoNodes, times = 1): Promise<void> {
  await waitUntil(`both nodes have connected to NATS ${times} times`, () =>
    [one, other].every(
      (node) => node.messages().filter((message) => message === 'connected to NATS').length === times,
    ),
  );
}

/**
 * Makes the token log useless: what is read meanwhile came another way.
 * @returns ends it
 */
export async function lockTokenLog({ database }: Pick<TestApp, 'database'>): Promise<() => Promise<void>> {
  const locker = new pg.Client({ connectionString: database.url });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE token_log IN ACCESS EXCLUSIVE MODE');
  return async () => {
    await locker.query('ROLLBACK');
    await locker.end();
  };
}

/** Rows of the tables that hold running replies. */
export async function countRunningRows({ database }: Pick<TestApp, 'database'>): Promise<number> {
  const { rows } = await database.client.query<{ count: number }>(
    'SELECT (SELECT count(*) FROM token_log)::int + (SELECT count(*) FROM generation)::int AS count',
  );
  return rows[0]?.count ?? -1;
}

// A whole Afterword for a test: its own database, a scripted model, port 0.
import { type App, startApp } from '../../src/app.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { createLogger, type Logger } from '../../src/logger.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { createGraphQLClient, type GraphQLClient } from './graphql-client.ts';
import { type ScriptedModel, startScriptedModel } from './scripted-model.ts';

export type TestApp = {
  app: App;
  config: Config;
  model: ScriptedModel;
  database: TestDatabase;
  /** Asks without a token. */
  client: GraphQLClient;
  /** Asks with a token. */
  as(token: string): GraphQLClient;
  stop(): Promise<void>;
};

export const testModels = ['model-a', 'model-b'];

/**
 * @param environment what differs from the configuration of tests
 * @param log where the server's own log goes
 */
export async function startTestApp(environment: Record<string, string> = {}, log?: Logger): Promise<TestApp> {
  const database = await createTestDatabase();
  const model = await startScriptedModel();
  const config = parseConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    MODEL_BASE_URL: model.url,
    MODELS: testModels.join(','),
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    SHUTDOWN_GRACE_MS: '0',
    // All tests are one user.
    MAX_GENERATIONS_PER_USER: '1000',
    MAX_CONNECTIONS_PER_USER: '10000',
    ...environment,
  });
  const app = await startApp(config, log ?? createLogger(config.logLevel));
  return {
    app,
    config,
    model,
    database,
    client: createGraphQLClient(app.url),
    as: (token) => createGraphQLClient(app.url, token),
    async stop() {
      await app.stop();
      await model.stop();
      await database.close();
    },
  };
}

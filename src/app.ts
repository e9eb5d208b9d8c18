// The composition root: creates all parts in the order in which they are needed, and stops them in reverse order.
import { startEmbedded } from '@afterword/embedded-postgres';
import type { Config } from './config.ts';
import { connect, type Database } from './database/connect.ts';
import { migrate } from './database/migrate.ts';
import { createPreviews } from './dataset/export/preview.ts';
import { createReadSlots } from './dataset/read-slots.ts';
import { demoModels, startDemoModel } from './demo/server.ts';
import { createSummaries } from './feedback/summary.ts';
import { openGenerations } from './generation/open-generations.ts';
import { createAdmission } from './generation/produce/admission.ts';
import { createOpenAIClient } from './generation/provider/openai.ts';
import type { ModelClient } from './generation/provider/provider.ts';
import type { Services } from './graphql/context.ts';
import { createErrorMask } from './graphql/errors.ts';
import { type Connections, createConnections } from './http/connections/connections.ts';
import { createExports } from './http/exports.ts';
import { createReadiness } from './http/health.ts';
import { createPolicy } from './http/policy.ts';
import { createToJson } from './http/response-json.ts';
import { createHttpServer } from './http/server.ts';
import { serveWebSockets } from './http/websocket/websocket.ts';
import { createGraphQL } from './http/yoga.ts';
import { createAuthenticate } from './identity/authenticate.ts';
import { createEventCursors } from './log/live/event-cursor.ts';
import { createTopicTails } from './log/live/topic-tails.ts';
import { createLogWriter } from './log/writer.ts';
import type { Logger } from './logger.ts';
import { createRelay, noRelay, type Relay } from './relay/relay.ts';
import { createLiveStats } from './stats/live-stats.ts';

export type App = {
  /** URL of the server without a path, such as http://127.0.0.1:4000 */
  url: string;
  models: readonly string[];
  isDemo: boolean;
  /** Number of open cursors over replies, the log and statistics. */
  openCursors(): number;
  /** Refuses new work, lets running replies end within the grace period, and stops every part. */
  stop(): Promise<void>;
};

/** What the functions that create parts need. */
type BuildContext = {
  config: Config;
  log: Logger;
  /** Registers how to stop a part. Parts are stopped in reverse order, each of them even if another fails to stop. */
  onStop: (name: string, stop: () => Promise<unknown>) => void;
  onError: (error: unknown) => void;
};

/** @throws Error if a part can't be started; the parts started before it are stopped */
export async function startApp(config: Config, log: Logger): Promise<App> {
  const stack = new AsyncDisposableStack();
  const onError = (error: unknown) => log.error({ err: error }, 'background work failed');
  const onStop: BuildContext['onStop'] = (name, stop) =>
    stack.defer(async () => {
      await stop().catch((error: unknown) => log.error({ err: error, name }, 'could not be stopped'));
    });
  try {
    return await build({ config, log, onStop, onError }, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function openDatabase({ config, log, onStop }: BuildContext): Promise<Database> {
  let url = config.databaseUrl;
  if (url === undefined) {
    const embedded = await startEmbedded({ dataDir: config.dataDir });
    onStop('embedded Postgres', () => embedded.stop());
    url = embedded.url;
  }
  const applied = await migrate(url);
  if (applied.length > 0) log.debug({ applied }, 'migrations applied');
  const database = connect({
    url,
    poolSize: config.databasePoolSize,
    onError: (error) => log.warn({ err: error }, 'lost a connection to Postgres'),
  });
  onStop('database connections', () => database.close());
  return database;
}

async function openModel({ config, onStop }: BuildContext): Promise<ModelClient> {
  let endpoint = config.modelEndpoint;
  if (endpoint === undefined) {
    const demo = await startDemoModel();
    onStop('demo model', () => demo.stop());
    endpoint = { baseUrl: demo.url, apiKey: undefined };
  }
  return createOpenAIClient({
    ...endpoint,
    timeoutMs: config.modelTimeoutMs,
    idleTimeoutMs: config.modelIdleTimeoutMs,
  });
}

function openRelay({ config, log, onStop }: BuildContext): Relay {
  if (config.natsUrl === undefined) return noRelay;
  const relay = createRelay({
    url: config.natsUrl,
    onChange(isConnected, reason) {
      if (isConnected) log.info({ server: reason }, 'connected to NATS');
      else log.warn({ reason }, 'NATS is unavailable: polling for changes from other nodes until it is back');
    },
  });
  onStop('relay', () => relay.stop());
  return relay;
}

function createServers({ config, log, onError }: BuildContext, services: Services, connections: Connections) {
  const mask = createErrorMask((error) => log.error({ err: error }, 'unexpected failure of an operation'));
  const authenticate = createAuthenticate(config.auth);
  const policy = createPolicy({ isLocal: config.auth === undefined, allowedOrigins: config.allowedOrigins });
  const toJson = createToJson();
  const yoga = createGraphQL({ services, connections, authenticate, mask, toJson });
  // Enough for a message of maximum size, much of it escaped in JSON, and the rest of the request.
  const maxRequestBytes = config.maxMessageBytes * 2 + 65_536;
  const { pool, readSlots } = services;
  const { pseudonymKey } = config;
  const exports = createExports({ pool, authenticate, connections, pseudonymKey, readSlots });
  const shared = { policy, connections, yoga, onError };
  const http = createHttpServer({
    ...shared,
    host: config.host,
    port: config.port,
    exports,
    maxRequestBytes,
    checkReady: createReadiness({ pool, isStopping: () => connections.isDraining }),
  });
  const { server } = http;
  const sockets = serveWebSockets({
    ...shared,
    server,
    authenticate,
    mask,
    toJson,
    maxMessageBytes: maxRequestBytes,
  });
  return { http, sockets };
}

/** Creates the services that resolvers use. */
async function createServices(context: BuildContext) {
  const { config, log, onStop, onError } = context;
  const { prisma, pool, writerPool, backgroundPool } = await openDatabase(context);
  const relay = openRelay(context);
  const tails = createTopicTails({
    pool,
    relay,
    onError: (error) => log.warn({ err: error }, 'could not read the log; retrying'),
  });
  onStop('topic tails', () => tails.stop());
  const writer = createLogWriter({
    pool: writerPool,
    timeoutMs: config.appendTimeoutMs,
    onCommitted: tails.wake,
  });
  onStop('log writer', () => writer.drain());
  const { maxReplyBytes, generationLeaseMs, maxMessageBytes } = config;
  const model = await openModel(context);
  const deps = { pool, backgroundPool, writer, relay, model, maxReplyBytes, generationLeaseMs };
  const replies = openGenerations({ ...deps, log, onStop, onError });
  const stats = createLiveStats({ pool, tails });
  onStop('live statistics', () => stats.stop());
  const readSlots = createReadSlots(config.databasePoolSize);
  return {
    prisma,
    pool,
    writer,
    relay,
    ...replies,
    admission: createAdmission({ pool, maxPerUser: config.maxGenerationsPerUser }),
    events: createEventCursors({ pool, tails }),
    stats,
    summarize: createSummaries(pool),
    readSlots,
    previews: createPreviews({ pool, readSlots }),
    models: config.models ?? demoModels,
    maxMessageBytes,
  } satisfies Services;
}

async function build(context: BuildContext, stack: AsyncDisposableStack): Promise<App> {
  const { config, onStop } = context;
  const services = await createServices(context);
  const { generations, replyCursors, events, stats, models } = services;
  const connections = createConnections({
    subscriptionsPerConnection: config.maxSubscriptionsPerConnection,
    connectionsPerUser: config.maxConnectionsPerUser,
  });
  const { http, sockets } = createServers(context, services, connections);
  const port = await http.listen();
  let graceEndsAt = 0;
  onStop('HTTP server', () => http.close(graceEndsAt - performance.now()));

  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    models,
    isDemo: config.modelEndpoint === undefined,
    openCursors: () => replyCursors.openCount + events.openCount + stats.openCount,
    async stop() {
      if (connections.isDraining) return;
      const graceMs = config.shutdownGraceMs;
      graceEndsAt = performance.now() + graceMs;
      await Promise.all([generations.drain(graceMs), connections.drain(graceMs)]);
      await sockets.close();
      await stack.disposeAsync();
    },
  };
}

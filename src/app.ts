// The composition root: builds everything by hand, in the order in which it is needed, and releases it in reverse.
import { hostname } from 'node:os';
import { startEmbedded } from '@afterword/embedded-postgres';
import type { Config } from './config.ts';
import { readTurnsBefore } from './conversation/thread.ts';
import { connect, type Database } from './database/connect.ts';
import { migrate } from './database/migrate.ts';
import { createPreviews } from './dataset/preview.ts';
import { createSeats } from './dataset/seats.ts';
import { demoModels, startDemoModel } from './demo/server.ts';
import { createSummaries } from './feedback/summary.ts';
import { createAdmission } from './generation/admission.ts';
import { stoppedReply, stopSubject } from './generation/commands.ts';
import { createEndings } from './generation/endings.ts';
import { createFollower } from './generation/follow.ts';
import { wholeOf } from './generation/live-reply.ts';
import { createModelClient, type ModelClient } from './generation/model.ts';
import { startRecovery } from './generation/recovery.ts';
import { createReplicas } from './generation/replicas.ts';
import { createGenerations, type Generations } from './generation/run.ts';
import { shareText } from './generation/share.ts';
import { createTokenLog } from './generation/token-log.ts';
import type { Services } from './graphql/context.ts';
import { createErrorMask } from './graphql/errors.ts';
import { type Connections, createConnections } from './http/connections.ts';
import { createExports } from './http/exports.ts';
import { createReadiness } from './http/health.ts';
import { createPolicy } from './http/policy.ts';
import { createHttpServer } from './http/server.ts';
import { serveWebSockets } from './http/websocket.ts';
import { createGraphQL } from './http/yoga.ts';
import { createAuthenticate } from './identity/authenticate.ts';
import { createEventFollower } from './log/follow.ts';
import { newId } from './log/identifier.ts';
import { createRelay, noRelay, type Relay } from './log/relay.ts';
import { createTails } from './log/tails.ts';
import { createLogWriter, type LogWriter } from './log/writer.ts';
import type { Logger } from './logger.ts';
import { createReleases, type Releases } from './releases.ts';
import { createLiveStats } from './stats/live.ts';

export type App = {
  /** Where it listens, without a path: http://127.0.0.1:4000 */
  url: string;
  models: readonly string[];
  isDemo: boolean;
  /** How many cursors over replies, the log and statistics are open. */
  openCursors(): number;
  /** Refuses new work, lets running replies end within the grace time, and releases everything. */
  stop(): Promise<void>;
};

/** What every part is built with. */
type Workshop = { config: Config; log: Logger; releases: Releases; onError: (error: unknown) => void };

/** @throws Error where a part can't be started; what had been started is stopped again */
export async function startApp(config: Config, log: Logger): Promise<App> {
  const releases = createReleases(log);
  const onError = (error: unknown) => log.error({ err: error }, 'background work failed');
  try {
    return await build({ config, log, releases, onError });
  } catch (error) {
    await releases.releaseAll();
    throw error;
  }
}

async function openDatabase({ config, log, releases }: Workshop): Promise<Database> {
  let url = config.databaseUrl;
  if (url === undefined) {
    const embedded = await startEmbedded({ dataDir: config.dataDir });
    releases.add('embedded Postgres', () => embedded.stop());
    url = embedded.url;
  }
  const applied = await migrate(url);
  if (applied.length > 0) log.debug({ applied }, 'migrations applied');
  const database = connect({
    url,
    poolSize: config.databasePoolSize,
    onError: (error) => log.warn({ err: error }, 'lost a connection to Postgres'),
  });
  releases.add('connections', () => database.close());
  return database;
}

async function openModel({ config, releases }: Workshop): Promise<ModelClient> {
  let endpoint = config.modelEndpoint;
  if (endpoint === undefined) {
    const demo = await startDemoModel();
    releases.add('demo model', () => demo.stop());
    endpoint = { baseUrl: demo.url, apiKey: undefined };
  }
  return createModelClient({
    ...endpoint,
    timeoutMs: config.modelTimeoutMs,
    idleTimeoutMs: config.modelIdleTimeoutMs,
  });
}

function openRelay({ config, log, releases }: Workshop): Relay {
  if (config.natsUrl === undefined) return noRelay;
  const relay = createRelay({
    url: config.natsUrl,
    onChange(isConnected, reason) {
      if (isConnected) log.info({ server: reason }, 'connected to NATS');
      else log.warn({ reason }, 'NATS is away: other nodes are found out about by polling until it is back');
    },
  });
  releases.add('relay', () => relay.stop());
  return relay;
}

/** What generations are made with beside the model. */
type Parts = Pick<Database, 'pool' | 'backgroundPool'> & { writer: LogWriter; relay: Relay };

/** Of GENERATION_LEASE_MS: the rest is for the next look at the leases, and for what it finds. */
const leasePart = 0.8;

async function openGenerations(workshop: Workshop, { pool, backgroundPool, writer, relay }: Parts) {
  const { config, log, releases, onError } = workshop;
  const leaseMs = Math.round(config.generationLeaseMs * leasePart);
  const tokenLog = createTokenLog({
    pool: backgroundPool,
    nodeId: `${hostname()}:${process.pid}:${newId()}`,
    leaseMs,
    onStopRequested: (messageId) => void generations.stop(messageId).catch(onError),
    onLost: (messageId) => generations.abandon(messageId),
    onError,
  });
  releases.add('token log', () => tokenLog.stop());
  const generations: Generations = createGenerations({
    model: await openModel(workshop),
    writer,
    tokenLog,
    readThread: (messageId) => readTurnsBefore(pool, messageId),
    maxReplyBytes: config.maxReplyBytes,
    onError,
  });
  const replicas = createReplicas({
    pool: backgroundPool,
    relay,
    onError: (error) =>
      log.warn({ err: error }, 'replies of other nodes could not be read; it is tried again'),
  });
  releases.add('replicas', () => replicas.stop());
  shareText({ relay, live: generations.live });
  relay.subscribe(stopSubject, (data) => {
    const messageId = stoppedReply(data);
    if (messageId !== undefined) generations.stop(messageId).catch(onError);
  });
  const recovery = startRecovery({
    pool: backgroundPool,
    writer,
    leaseMs,
    seenOf(messageId) {
      const replica = replicas.peek(messageId);
      return replica && wholeOf(replica);
    },
    isRunning: (messageId) => generations.live(messageId) !== undefined,
    onRecovered: (messageId) => log.warn({ messageId }, 'ended a reply whose node is gone'),
    onError,
  });
  releases.add('recovery', () => recovery.stop());
  return { generations, follower: createFollower({ generations, replicas, endings: createEndings(pool) }) };
}

function createServers({ config, log, onError }: Workshop, services: Services, connections: Connections) {
  const mask = createErrorMask((error) => log.error({ err: error }, 'unexpected failure of an operation'));
  const authenticate = createAuthenticate(config.auth);
  const policy = createPolicy({ isLocal: config.auth === undefined, allowedOrigins: config.allowedOrigins });
  const yoga = createGraphQL({ services, connections, authenticate, mask });
  // A message of the largest size, in JSON that escapes much of it, and the rest of the request.
  const maxRequestBytes = config.maxMessageBytes * 2 + 65_536;
  const { pool, seats } = services;
  const { pseudonymKey } = config;
  const exports = createExports({ pool, authenticate, connections, pseudonymKey, seats });
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
    maxMessageBytes: maxRequestBytes,
  });
  return { http, sockets };
}

async function build(workshop: Workshop): Promise<App> {
  const { config, log, releases } = workshop;
  const { prisma, pool, writerPool, backgroundPool } = await openDatabase(workshop);
  const relay = openRelay(workshop);
  const tails = createTails({
    pool,
    relay,
    onError: (error) => log.warn({ err: error }, 'the log could not be read; it is tried again'),
  });
  releases.add('tails', () => tails.stop());
  const writer = createLogWriter({
    pool: writerPool,
    timeoutMs: config.appendTimeoutMs,
    onCommitted: tails.wake,
  });
  releases.add('log writer', () => writer.drain());
  const parts = { pool, backgroundPool, writer, relay };
  const { generations, follower } = await openGenerations(workshop, parts);
  const events = createEventFollower({ pool, tails });
  const models = config.models ?? demoModels;
  const { maxMessageBytes } = config;
  const admission = createAdmission({ pool, most: config.maxGenerationsPerUser });
  const replies = { generations, admission, follower, relay };
  const stats = createLiveStats({ pool, tails });
  releases.add('live statistics', () => stats.stop());
  const seats = createSeats(config.databasePoolSize);
  const previews = createPreviews({ pool, seats });
  const read = { events, stats, summarize: createSummaries(pool), seats, previews };
  const services: Services = { prisma, pool, writer, ...replies, ...read, models, maxMessageBytes };
  const connections = createConnections({
    subscriptionsPerConnection: config.maxSubscriptionsPerConnection,
    connectionsPerUser: config.maxConnectionsPerUser,
  });
  const { http, sockets } = createServers(workshop, services, connections);
  const port = await http.listen();
  let graceEndsAt = 0;
  releases.add('HTTP server', () => http.close(graceEndsAt - performance.now()));

  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    models,
    isDemo: config.modelEndpoint === undefined,
    openCursors: () => follower.openCount + events.openCount + stats.openCount,
    async stop() {
      if (connections.isDraining) return;
      const graceMs = config.shutdownGraceMs;
      graceEndsAt = performance.now() + graceMs;
      await Promise.all([generations.drain(graceMs), connections.drain(graceMs)]);
      await sockets.close();
      await releases.releaseAll();
    },
  };
}

// Opens the connections to Postgres: a pool for reads by Prisma and plain SQL, one connection for the log writer, and a
// few for background work, so that reads delay neither an append nor the renewal of a lease.
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';

export type Database = {
  prisma: PrismaClient;
  pool: pg.Pool;
  /** One connection: the log writer has one batch in flight at a time. */
  writerPool: pg.Pool;
  /** For short periodic statements. A statement that hangs fails after five seconds. */
  backgroundPool: pg.Pool;
  close(): Promise<void>;
};

const connectionTimeoutMs = 5_000;
const writeTimeoutMs = 5_000;
const background = { connections: 3, timeoutMs: 5_000 };
const maxNamedStatements = 500;

/**
 * Names statements, so that each connection prepares them once. Clients may send any number of different operations,
 * and a prepared statement lives as long as its connection, so only the first ones get names.
 */
function createStatementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const existing = names.get(sql);
    if (existing !== undefined || names.size >= maxNamedStatements) return existing ?? '';
    const name = `prisma_${names.size}`;
    names.set(sql, name);
    return name;
  };
}

/** @param options.poolSize maximum number of connections for reads; the writer and background work have four more */
export function connect(options: {
  url: string;
  poolSize: number;
  onError: (error: Error) => void;
}): Database {
  const settings = {
    connectionString: options.url,
    connectionTimeoutMillis: connectionTimeoutMs,
    keepAlive: true,
    application_name: 'afterword',
    // The adapter parses every timestamp as UTC, in whatever time zone the server formats it.
    options: '-c TimeZone=UTC',
  };
  const pool = new pg.Pool({ ...settings, max: options.poolSize, idleTimeoutMillis: 30_000 });
  // A connection that hangs must fail, so that the writer can send its batch again on another.
  const writerPool = new pg.Pool({
    ...settings,
    max: 1,
    idleTimeoutMillis: 0,
    query_timeout: writeTimeoutMs,
  });
  // Without a timeout, a lease would expire while its renewal waits on a connection that hangs.
  const backgroundPool = new pg.Pool({
    ...settings,
    max: background.connections,
    idleTimeoutMillis: 30_000,
    query_timeout: background.timeoutMs,
  });
  // A broken idle connection emits an error event. Without a listener, it would end the process.
  let isClosing = false;
  const onError = (error: Error) => {
    // Once the pools are closing, lost connections are expected.
    if (!isClosing) options.onError(error);
  };
  for (const anyPool of [pool, writerPool, backgroundPool]) anyPool.on('error', onError);
  const adapter = new PrismaPg(pool, { statementNameGenerator: createStatementNames() });
  const prisma = new PrismaClient({ adapter });
  return {
    prisma,
    pool,
    writerPool,
    backgroundPool,
    async close() {
      isClosing = true;
      await prisma.$disconnect();
      await Promise.all([pool.end(), writerPool.end(), backgroundPool.end()]);
    },
  };
}

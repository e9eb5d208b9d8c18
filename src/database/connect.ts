// Opens the connections to Postgres: one pool, shared by Prisma (reads) and plain SQL, one connection of the log
// writer's own, and few for what runs in the background, so that reads starve neither an append nor a lease.
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';

export type Database = {
  prisma: PrismaClient;
  pool: pg.Pool;
  /** One connection: the log writer has one batch in flight at a time. */
  writerPool: pg.Pool;
  /** For short statements that come again by themselves: one that hangs fails after five seconds. */
  backgroundPool: pg.Pool;
  close(): Promise<void>;
};

const connectionTimeoutMs = 5_000;
const writeTimeoutMs = 5_000;
const background = { connections: 3, timeoutMs: 5_000 };
const maxNamedStatements = 500;

/**
 * Names statements, so that each connection prepares them once. Operations of clients vary without limit and a
 * prepared statement stays for as long as its connection: beyond the first ones they go unnamed.
 */
function createStatementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= maxNamedStatements) return known ?? '';
    const name = `prisma_${names.size}`;
    names.set(sql, name);
    return name;
  };
}

/** @param poolSize most connections for reading; one more belongs to the writer */
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
    // The adapter reads every timestamp as UTC, whatever zone the server writes it in.
    options: '-c TimeZone=UTC',
  };
  const pool = new pg.Pool({ ...settings, max: options.poolSize, idleTimeoutMillis: 30_000 });
  // A connection that went silent must fail, so that the writer can repeat its batch on another.
  const writerPool = new pg.Pool({
    ...settings,
    max: 1,
    idleTimeoutMillis: 0,
    query_timeout: writeTimeoutMs,
  });
  // A lease would run out behind a statement whose connection went silent.
  const backgroundPool = new pg.Pool({
    ...settings,
    max: background.connections,
    idleTimeoutMillis: 30_000,
    query_timeout: background.timeoutMs,
  });
  // An idle connection that breaks emits an error here; unheard, it would end the process.
  let isClosing = false;
  const onError = (error: Error) => {
    // What ends after the pools have, ends on purpose.
    if (!isClosing) options.onError(error);
  };
  for (const each of [pool, writerPool, backgroundPool]) each.on('error', onError);
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

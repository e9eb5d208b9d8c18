// One connection for long work on the log: it can be aborted, and what it holds ends with it.
import type pg from 'pg';

export type LongSession = {
  /** @throws the signal's reason once it is aborted */
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>;
  /** Runs work between the given BEGIN and COMMIT; rolls back where it fails. */
  transact<T>(begin: string, work: () => Promise<T>): Promise<T>;
  /** Runs a statement even though the signal is aborted; whether it succeeded is not told. */
  clear(text: string): Promise<void>;
};

/** @param settled resolves when nothing that was aborted earlier can end a later statement any more */
function createSession(
  client: pg.PoolClient,
  signal: AbortSignal,
  settled: () => Promise<unknown>,
): LongSession {
  const clear = async (text: string) => {
    await settled();
    await client.query(text).catch(() => {});
  };
  const query: LongSession['query'] = async <Row extends pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ) => {
    signal.throwIfAborted();
    try {
      return (await client.query<Row>(text, values)).rows;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
  return {
    query,
    clear,
    async transact(begin, work) {
      await query(begin);
      try {
        const result = await work();
        await query('COMMIT');
        return result;
      } catch (error) {
        await clear('ROLLBACK');
        throw error;
      }
    },
  };
}

/**
 * Runs work on a connection of the pool, without the time limits that a server may have for others; the connection
 * is closed afterwards.
 * @param options.pool of at least two connections: the other one carries the abort
 * @param options.name what the connection is called in pg_stat_activity
 * @param options.signal ends the statement that runs, and the work with it
 */
export async function withLongSession<T>(
  options: { pool: pg.Pool; name: string; signal: AbortSignal },
  work: (session: LongSession) => Promise<T>,
): Promise<T> {
  const { pool, name, signal } = options;
  signal.throwIfAborted();
  const client = await pool.connect();
  // A connection that breaks says so to whoever waits for its answer; unheard here, it would end the process.
  client.on('error', () => {});
  let cancelled: Promise<unknown> = Promise.resolve();
  let onAbort = () => {};
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid, set_config('application_name', $1, false),
              set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false),
              set_config('idle_in_transaction_session_timeout', '0', false)`,
      [name],
    );
    onAbort = () => {
      cancelled = pool.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid]).catch(() => {});
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return await work(createSession(client, signal, () => cancelled));
  } finally {
    signal.removeEventListener('abort', onAbort);
    await cancelled;
    client.release(true);
  }
}

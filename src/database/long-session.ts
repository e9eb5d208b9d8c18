// One connection for long work on the log, which can be aborted. Its locks and temporary tables end with it.
import type pg from 'pg';

export type LongSession = {
  /** @throws the reason of the signal once it is aborted */
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>;
  /** Runs work between the given BEGIN and COMMIT; rolls back if it fails. */
  transact<T>(begin: string, work: () => Promise<T>): Promise<T>;
  /** Runs a statement for cleanup, even if the signal is aborted; ignores its failure. */
  clear(text: string): Promise<void>;
};

/** @param cancellation resolves once an earlier abort can no longer cancel a later statement */
function createSession(
  client: pg.PoolClient,
  signal: AbortSignal,
  cancellation: () => Promise<unknown>,
): LongSession {
  const clear = async (text: string) => {
    await cancellation();
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
 * Runs work on a connection of the pool without the timeouts that the server may set, and closes it afterwards.
 * @param options.pool with at least two connections: the abort uses another one
 * @param options.name application name in pg_stat_activity
 * @param options.signal cancels the running statement, and with it the work
 */
export async function withLongSession<T>(
  options: { pool: pg.Pool; name: string; signal: AbortSignal },
  work: (session: LongSession) => Promise<T>,
): Promise<T> {
  const { pool, name, signal } = options;
  signal.throwIfAborted();
  const client = await pool.connect();
  // A broken connection rejects its query. Without a listener, its error event would also end the process.
  client.on('error', () => {});
  let cancellation: Promise<unknown> = Promise.resolve();
  let onAbort = () => {};
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid, set_config('application_name', $1, false),
              set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false),
              set_config('idle_in_transaction_session_timeout', '0', false)`,
      [name],
    );
    onAbort = () => {
      cancellation = pool.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid]).catch(() => {});
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return await work(createSession(client, signal, () => cancellation));
  } finally {
    signal.removeEventListener('abort', onAbort);
    await cancellation;
    client.release(true);
  }
}

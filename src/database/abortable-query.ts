// Runs one statement that can be aborted: it is then also canceled in Postgres, and its connection is released.
import type pg from 'pg';

/** Process id of the backend, which Postgres sends at the start of a connection; the driver's types lack it. */
function backendPidOf(client: pg.PoolClient): unknown {
  return 'processID' in client ? client.processID : undefined;
}

async function runOn<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  statement: pg.QueryConfig,
  signal: AbortSignal,
): Promise<Row[]> {
  try {
    return (await client.query<Row>(statement)).rows;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/**
 * @param pool with at least two connections: the abort uses another one
 * @throws the reason of the signal if it is aborted, after the statement has ended
 */
export async function queryUntilAborted<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: pg.QueryConfig,
  signal: AbortSignal,
): Promise<Row[]> {
  signal.throwIfAborted();
  const client = await pool.connect();
  if (signal.aborted) client.release();
  signal.throwIfAborted();
  let hasSucceeded = false;
  let cancellation: Promise<unknown> | undefined;
  const cancel = () => {
    cancellation = pool.query('SELECT pg_cancel_backend($1)', [backendPidOf(client)]).catch(() => {});
  };
  // A broken connection rejects its query. Without a listener, its error event would also end the process.
  const onError = () => {};
  client.on('error', onError);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const rows = await runOn<Row>(client, statement, signal);
    hasSucceeded = true;
    return rows;
  } finally {
    signal.removeEventListener('abort', cancel);
    await cancellation;
    client.off('error', onError);
    // A late cancellation would end the next statement of the connection, so the connection is closed.
    client.release(!hasSucceeded || cancellation !== undefined);
  }
}

// One statement that can be aborted: it then ends in Postgres too, and its connection is given back.
import type pg from 'pg';

/** As Postgres told it when the connection began; the driver's types leave it out. */
function processOf(client: pg.PoolClient): unknown {
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
 * @param pool of at least two connections: the other one carries the abort
 * @throws the signal's reason once it is aborted, when the statement has ended
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
  let isSound = false;
  let cancelled: Promise<unknown> | undefined;
  const cancel = () => {
    cancelled = pool.query('SELECT pg_cancel_backend($1)', [processOf(client)]).catch(() => {});
  };
  // A connection that breaks says so to whoever waits for its answer; unheard here, it would end the process.
  const onError = () => {};
  client.on('error', onError);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const rows = await runOn<Row>(client, statement, signal);
    isSound = true;
    return rows;
  } finally {
    signal.removeEventListener('abort', cancel);
    await cancelled;
    client.off('error', onError);
    // A cancellation may come late: it would end the next statement of the connection.
    client.release(!isSound || cancelled !== undefined);
  }
}

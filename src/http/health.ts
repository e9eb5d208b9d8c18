// Readiness, as load balancers and process supervisors probe it: may the server be given work?
import type pg from 'pg';

export type Readiness = { isReady: boolean; reason: string };

const readyTimeoutMs = 2_000;

/** @param isStopping whether the server has begun to stop */
export function createReadiness(options: {
  pool: pg.Pool;
  isStopping: () => boolean;
}): () => Promise<Readiness> {
  return async () => {
    if (options.isStopping()) return { isReady: false, reason: 'stopping' };
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(reject, readyTimeoutMs, new Error('no answer'));
    });
    try {
      const query = options.pool.query(
        `SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'append_events' AND pg_function_is_visible(oid)) AS applied`,
      );
      const { rows } = await Promise.race([query, timeout]);
      const isApplied = rows[0]?.applied === true;
      return { isReady: isApplied, reason: isApplied ? 'ready' : 'migrations are not applied' };
    } catch {
      return { isReady: false, reason: 'the database does not answer' };
    } finally {
      clearTimeout(timer);
    }
  };
}

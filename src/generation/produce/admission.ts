// Bounds how many replies of one user are produced at once, on all nodes together: of the user whose conversation it
// is, whoever asks. Exact on one node; nodes that are asked in the same instant can each let one more in.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { mayWriteForOthers, type Viewer } from '../../identity/viewer.ts';

export type Admission = {
  /**
   * Asks whether the reply may begin, before it is appended. One that is in the log already may, and so may one whose
   * append will be refused.
   * @returns to be called when the append is over, however it went
   * @throws AppError LIMIT_EXCEEDED
   */
  admit(viewer: Viewer, reply: { id: string; conversationId: string }): Promise<() => void>;
};

const askedSchema = z.object({ username: z.string(), is_known: z.boolean(), running: z.array(z.string()) });
type Asked = z.output<typeof askedSchema>;

/** @param most replies of one user at once */
export function createAdmission({ pool, most }: { pool: pg.Pool; most: number }): Admission {
  /** By user, the replies that were let in and may not be seen in Postgres yet. */
  const admitted = new Map<string, Set<string>>();
  const pendingChecks = new Set<Promise<unknown>>();

  async function ask(viewer: Viewer, reply: { id: string; conversationId: string }): Promise<Asked[]> {
    const { rows } = await pool.query({
      name: 'running_replies_of_user',
      text: `SELECT c.username, EXISTS (SELECT FROM message AS m WHERE m.id = $2) AS is_known, ARRAY(
          SELECT m.id FROM message AS m JOIN conversation AS own ON own.id = m.conversation_id
          WHERE m.status = 'streaming' AND own.username = c.username LIMIT $3) AS running
        FROM conversation AS c WHERE c.id = $1 AND (c.username = $4 OR $5)`,
      values: [reply.conversationId, reply.id, most, viewer.username, mayWriteForOthers(viewer)],
    });
    return z.array(askedSchema).parse(rows);
  }

  function forget(username: string, id: string): void {
    const ids = admitted.get(username);
    ids?.delete(id);
    if (ids?.size === 0) admitted.delete(username);
  }

  async function checkQuota(
    viewer: Viewer,
    reply: { id: string; conversationId: string },
  ): Promise<() => void> {
    const [found] = await ask(viewer, reply);
    if (found === undefined || found.is_known) return () => {};
    const { username, running } = found;
    const ids = admitted.get(username) ?? new Set();
    // One that is asked for twice at once does not stand in its own way.
    const others = new Set([...running, ...ids].filter((id) => id !== reply.id));
    if (others.size >= most) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        `MAX_GENERATIONS_PER_USER is ${most}, and as many replies of ${JSON.stringify(username)} are being produced: wait until one ends, or stop one.`,
      );
    }
    admitted.set(username, ids.add(reply.id));
    // Who asked before it was in the log counts it here; only who asks from now on is sure to see it there.
    return () => void Promise.allSettled(pendingChecks).then(() => forget(username, reply.id));
  }

  return {
    async admit(viewer, reply) {
      const check = checkQuota(viewer, reply);
      pendingChecks.add(check);
      try {
        return await check;
      } finally {
        pendingChecks.delete(check);
      }
    },
  };
}

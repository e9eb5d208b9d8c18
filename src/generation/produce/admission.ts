// Limits how many replies in the conversations of one user are produced at once, on all nodes together. Exact on one
// node; nodes that are asked in the same instant can each admit one more.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { mayWriteForOthers, type Viewer } from '../../identity/viewer.ts';

export type Admission = {
  /**
   * Decides whether the reply may start, before it is appended. A reply that is in the log already may, and so may one
   * whose append will be refused.
   * @returns a release function, to be called when the append is over, whether or not it succeeded
   * @throws AppError LIMIT_EXCEEDED
   */
  admit(viewer: Viewer, reply: { id: string; conversationId: string }): Promise<() => void>;
};

const runningSchema = z.object({
  username: z.string(),
  is_in_log: z.boolean(),
  running: z.array(z.string()),
});
type RunningReplies = z.output<typeof runningSchema>;

/** @param options.maxPerUser replies that may be produced at once */
export function createAdmission({ pool, maxPerUser }: { pool: pg.Pool; maxPerUser: number }): Admission {
  /** By user, the replies that were admitted and may not be visible in Postgres yet. */
  const admitted = new Map<string, Set<string>>();
  const pendingChecks = new Set<Promise<unknown>>();

  async function readRunning(
    viewer: Viewer,
    reply: { id: string; conversationId: string },
  ): Promise<RunningReplies | undefined> {
    const { rows } = await pool.query({
      name: 'running_replies_of_user',
      text: `SELECT c.username, EXISTS (SELECT FROM message AS m WHERE m.id = $2) AS is_in_log, ARRAY(
          SELECT m.id FROM message AS m JOIN conversation AS owned ON owned.id = m.conversation_id
          WHERE m.status = 'streaming' AND owned.username = c.username LIMIT $3) AS running
        FROM conversation AS c WHERE c.id = $1 AND (c.username = $4 OR $5)`,
      values: [reply.conversationId, reply.id, maxPerUser, viewer.username, mayWriteForOthers(viewer)],
    });
    return z.array(runningSchema).parse(rows)[0];
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
    const found = await readRunning(viewer, reply);
    if (found === undefined || found.is_in_log) return () => {};
    const { username, running } = found;
    const ids = admitted.get(username) ?? new Set();
    // A duplicate request for the same reply must not count against itself.
    const others = new Set([...running, ...ids].filter((id) => id !== reply.id));
    if (others.size >= maxPerUser) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        `${JSON.stringify(username)} already has ${maxPerUser} replies in progress, the maximum (MAX_GENERATIONS_PER_USER). Wait until one ends, or stop one.`,
      );
    }
    admitted.set(username, ids.add(reply.id));
    // A check that began before the reply was in the log must count it here; only later ones are sure to see it there.
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

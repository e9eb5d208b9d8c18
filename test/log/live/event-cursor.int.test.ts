// Cursors over the log, without GraphQL: the transition from replay to live, their cost, and their memory.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/lib/ulid.ts';
import { readPage } from '../../../src/log/read/pages.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createFollowedLog, type FollowedLog, take } from '../../support/followed.ts';
import { append, end, startWithReply, update } from '../../support/log.ts';
import { recordStatements } from '../../support/statements.ts';
import { waitUntil } from '../../support/wait.ts';
import { likeOf, messageOf, startOf } from '../../support/writer.ts';

let database: TestDatabase;
let log: FollowedLog;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  log = createFollowedLog(database.url);
});
afterEach(() => log.close());

const offsets = (events: { offset: number }[]) => events.map(({ offset }) => offset);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Appends that many conversations to the topic, and returns their ids. */
async function fill(topic: string, count: number): Promise<string[]> {
  const ids = range(0, count).map(() => newId());
  await Promise.all(ids.map((id) => log.writer.append(startOf(id, topic))));
  return ids;
}

describe('a cursor', () => {
  it('starts anywhere, and continues live without a gap or a repetition', async () => {
    await fill('seam', 700);
    for (const first of [0, 1, 127, 128, 129, 600, 699]) {
      const cursor = log.follow('seam', first);
      expect(offsets(await take(cursor, 700 - first))).toEqual(range(first, 700));
      await cursor.return?.();
    }
    const cursors = [0, 650, 700].map((first) => ({ first, cursor: log.follow('seam', first) }));
    const reading = cursors.map(({ first, cursor }) => take(cursor, 1_000 - first));
    await fill('seam', 300);
    for (const [index, events] of (await Promise.all(reading)).entries()) {
      expect(offsets(events)).toEqual(range(cursors[index]?.first ?? 0, 1_000));
    }
    for (const { cursor } of cursors) await cursor.return?.();
  });

  it('returns each event as it is in the log', async () => {
    const [id = ''] = await fill('whole', 1);
    const like = { id: newId(), type: 'UPDATE_MESSAGE' as const };
    const { answer } = await startWithReply(database.client, 'whole');
    await log.writer.append({ ...likeOf(answer, 'ada', like.id), actor: 'ada' });
    const cursor = log.follow('whole');
    const events = await take(cursor, 5);
    const { rows } = await log.pool.query('SELECT * FROM event WHERE topic = $1 ORDER BY "offset"', [
      'whole',
    ]);
    expect(events).toEqual(
      rows.map(({ conversation_id: conversationId, recorded_at: recordedAt, offset, ...row }) => ({
        ...row,
        offset: Number(offset),
        conversationId,
        recordedAt,
      })),
    );
    expect(events[0]).toMatchObject({
      conversationId: id,
      version: 1,
      actor: 'ada',
      type: 'START_CONVERSATION',
    });
    expect(events[4]).toMatchObject({ ...like, version: 4, payload: { rating: 'like' } });
    await cursor.return?.();
  });

  it('beyond the end waits until the log reaches it', async () => {
    await fill('beyond', 3);
    const cursor = log.follow('beyond', 5);
    const next = take(cursor, 1);
    await fill('beyond', 3);
    expect(offsets(await next)).toEqual([5]);
    await cursor.return?.();
  });

  it('over an unknown topic waits for its first event', async () => {
    const cursor = log.follow('not yet');
    const next = take(cursor, 1);
    const [id] = await fill('not yet', 1);
    expect(await next).toMatchObject([{ offset: 0, conversationId: id }]);
    await cursor.return?.();
  });

  it('frees its resources when it is closed, also while it waits', async () => {
    const waiting = log.follow('left');
    const next = waiting.next();
    await waiting.return?.();
    expect(await next).toEqual({ value: undefined, done: true });
    expect(await waiting.next()).toEqual({ value: undefined, done: true });
    const unread = log.follow('left');
    await unread.return?.();
    await unread.return?.();
    expect(log.follower.openCount).toBe(0);
    const statements = await recordStatements(() => fill('left', 1));
    expect(statements.filter((text) => text.includes('FROM event'))).toEqual([]);
  });
});

describe('a cursor with a filter', () => {
  it('of a conversation has contiguous versions, also if others are written in between', async () => {
    const [own = '', other = ''] = await fill('filtered', 2);
    const write = async (count: number) => {
      for (const _ of range(0, count)) {
        await Promise.all([own, other, other].map((id) => log.writer.append(messageOf(id))));
      }
    };
    await write(70);
    const fromStart = log.follow('filtered', 0, { conversationId: own });
    const fromThere = log.follow('filtered', 100, { conversationId: own });
    expect((await take(fromStart, 71)).map(({ version }) => version)).toEqual(range(1, 72));
    const [first] = await take(fromThere, 1);
    const live = [take(fromStart, 40), take(fromThere, 71 - (first?.version ?? 0) + 40)];
    await write(40);
    const [all = [], rest = []] = await Promise.all(live);
    expect(all.map(({ version }) => version)).toEqual(range(72, 112));
    expect(rest.map(({ version }) => version)).toEqual(range((first?.version ?? 0) + 1, 112));
    await Promise.all([fromStart.return?.(), fromThere.return?.()]);
  });

  it('of a conversation finds its next event when memory has long moved on', async () => {
    const [own = ''] = await fill('quiet', 1);
    const cursor = log.follow('quiet', 0, { conversationId: own });
    expect(await take(cursor, 1)).toHaveLength(1);
    const next = take(cursor, 1);
    await fill('quiet', 3_000);
    await log.writer.append(messageOf(own));
    expect(await next).toMatchObject([{ conversationId: own, version: 2, offset: 3_001 }]);
    await cursor.return?.();
  });

  it('of types returns only those', async () => {
    const { conversation, answer } = await startWithReply(database.client, 'typed');
    const types = ['UPDATE_MESSAGE', 'END_CONVERSATION'] as const;
    const cursor = log.follow('typed', 0, { types });
    await append(database.client, update(answer, { rating: 'like' }));
    expect(await take(cursor, 1)).toMatchObject([{ type: 'UPDATE_MESSAGE', offset: 3 }]);
    const next = take(cursor, 1);
    await append(database.client, end(conversation));
    await fill('typed', 1);
    expect(await next).toMatchObject([{ type: 'END_CONVERSATION', offset: 4 }]);
    await cursor.return?.();
  });
});

describe('the cost of following', () => {
  /** Number of statements of each kind while the events are appended and every cursor gets them. */
  async function statementsFor(
    topic: string,
    readers: number,
  ): Promise<{ appends: number; looks: number; others: number }> {
    await fill(topic, 1);
    const cursors = range(0, readers).map(() => log.follow(topic, 1));
    const reading = cursors.map((cursor) => take(cursor, 100, 30_000));
    await waitUntil('all of them wait', () => log.follower.openCount === readers);
    const statements = await recordStatements(async () => {
      // One after the other: the smallest batches.
      for (const _ of range(0, 100)) await fill(topic, 1);
      await Promise.all(reading);
    });
    for (const events of await Promise.all(reading)) expect(offsets(events)).toEqual(range(1, 101));
    await Promise.all(cursors.map((cursor) => cursor.return?.()));
    const appends = statements.filter((text) => text.includes('append_events(')).length;
    // Polling for unreported commits: once a second, and at the start.
    const looks = statements.filter((text) => text.includes('FROM topic WHERE name = ANY')).length;
    return { appends, looks, others: statements.length - appends - looks };
  }

  it('does not grow with the readers: at most one read of the log per commit', async () => {
    for (const readers of [1, 100, 1_000]) {
      const startedAt = performance.now();
      const { appends, looks, others } = await statementsFor(`readers-${readers}`, readers);
      expect(appends).toBe(100);
      expect(others).toBeGreaterThan(0);
      expect(others).toBeLessThanOrEqual(101);
      expect(looks).toBeLessThanOrEqual((performance.now() - startedAt) / 1_000 + 2);
    }
  });

  it('does not grow with readers that resume at the same offset', async () => {
    await fill('herd', 3_000);
    const cursors = range(0, 200).map(() => log.follow('herd', 300));
    const statements = await recordStatements(() =>
      Promise.all(cursors.map((cursor) => take(cursor, 2_700, 30_000))),
    );
    // From 300 to the round offset 384, then 128 at a time, and the end.
    expect(statements.filter((text) => text.includes('FROM event')).length).toBeLessThan(30);
    await Promise.all(cursors.map((cursor) => cursor.return?.()));
  });

  it('a reader that stalled is served from the log in limited pages', async () => {
    await fill('stalled', 10);
    const cursor = log.follow('stalled');
    const other = log.follow('stalled');
    expect(offsets(await take(cursor, 5))).toEqual(range(0, 5));
    await Promise.all([take(other, 6_010, 30_000), fill('stalled', 6_000)]);
    const statements = await recordStatements(async () => {
      expect(offsets(await take(cursor, 6_005))).toEqual(range(5, 6_010));
    });
    const pages = statements.filter((text) => text.includes('FROM event')).length;
    expect(pages).toBeGreaterThanOrEqual(Math.floor((6_010 - 1_280) / 128));
    expect(pages).toBeLessThan(60);
    await Promise.all([cursor.return?.(), other.return?.()]);
  });

  it('a page is limited in characters, and never empty for a large event', async () => {
    const [id = ''] = await fill('large', 1);
    const content = 'é'.repeat(100_000);
    for (const _ of range(0, 5)) await log.writer.append(messageOf(id, { content }));
    const filter = { types: undefined, conversationId: undefined };
    const page = await readPage(
      log.pool,
      { topic: 'large', offset: 0 },
      { filter, maxEvents: 10, maxCharacters: 150_000 },
    );
    expect(offsets(page.rows)).toEqual([0, 1, 2]);
    expect(page).toMatchObject({ next: 3, isLast: false });
    const one = await readPage(
      log.pool,
      { topic: 'large', offset: 3 },
      { filter, maxEvents: 10, maxCharacters: 10 },
    );
    expect(one).toMatchObject({ rows: [{ offset: 3 }], next: 4, isLast: false });
    const cursor = log.follow('large');
    expect(offsets(await take(cursor, 6))).toEqual(range(0, 6));
    await cursor.return?.();
  });
});

describe('on failure', () => {
  it('unreported commits are found', async () => {
    const polling = createFollowedLog(database.url, { isWoken: false, pollIntervalMs: 20 });
    const cursor = polling.follow('untold');
    const next = take(cursor, 3);
    await fill('untold', 3);
    expect(offsets(await next)).toEqual([0, 1, 2]);
    await cursor.return?.();
    await polling.close();
  });

  it('a broken connection loses nothing', async () => {
    const cut = createFollowedLog(database.url, { pollIntervalMs: 20 });
    await fill('cut', 3_000);
    const cursor = cut.follow('cut');
    const all = take(cursor, 3_300);
    for (const _ of range(0, 10)) {
      await database.client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE '%FROM event%'`,
      );
      await fill('cut', 30);
    }
    expect(offsets(await all)).toEqual(range(0, 3_300));
    await cursor.return?.();
    await cut.close();
  });
});

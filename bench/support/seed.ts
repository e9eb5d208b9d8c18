// Fills the tables with conversations, in a few statements: projections only, since their events are not read here.
import type { BenchDatabase } from './database.ts';
import { idLength, type LoadTarget } from './load.ts';

export type Seed = { conversations: LoadTarget['ids']; replies: LoadTarget['ids'] };

/** Conversations that are made together; the name, of a letter or none, is part of their ids. */
export type SeedSet = { name: string; topics: readonly string[] };

/** Prompts in a conversation, each with its reply. */
const turns = 2;
/** Events that a conversation would have: its start, its messages, and the feedback. */
export const eventsEach = 2 + 2 * turns;

const prefixesOf = ({ name }: SeedSet) => ({
  conversation: `01BENCHC${name}`,
  prompt: `01BENCHP${name}`,
  reply: `01BENCHR${name}`,
});

const id = (prefix: string, number: string): string =>
  `'${prefix}' || lpad((${number})::text, ${idLength - prefix.length}, '0')`;

const createdAt = `timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second'`;

async function seedMessages(database: BenchDatabase, conversations: number, set: SeedSet): Promise<void> {
  const { conversation, prompt, reply } = prefixesOf(set);
  await database.run(`INSERT INTO message
      (id, conversation_id, parent_id, position, role, content, status, model_id, created_at)
    SELECT CASE WHEN is_reply THEN ${id(reply, `n * ${turns} + turn`)} ELSE ${id(prompt, `n * ${turns} + turn`)} END,
           ${id(conversation, 'n')},
           CASE WHEN is_reply THEN ${id(prompt, `n * ${turns} + turn`)}
                WHEN turn > 0 THEN ${id(reply, `n * ${turns} + turn - 1`)} END,
           2 + 2 * turn + is_reply::int,
           CASE WHEN is_reply THEN 'assistant' ELSE 'user' END::role,
           repeat(md5(n::text || turn) || ' ', CASE WHEN is_reply THEN 12 ELSE 3 END),
           'complete', CASE WHEN is_reply THEN 'bench' END, ${createdAt}
    FROM generate_series(0, ${conversations - 1}) AS n, generate_series(0, ${turns - 1}) AS turn,
         (VALUES (false), (true)) AS kinds (is_reply)
    ORDER BY n, turn, is_reply`);
  await database.run(`INSERT INTO reply_rollup AS held (topic, half_hour, model_id, replies)
    SELECT c.topic, half_hour_of(m.created_at), m.model_id, count(*)
    FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
    WHERE m.id LIKE '${reply}%' AND m.role = 'assistant' GROUP BY 1, 2, 3
    ON CONFLICT (topic, half_hour, model_id) DO UPDATE SET replies = held.replies + excluded.replies`);
  await database.run(`INSERT INTO feedback
      (message_id, username, source, rating, score, comment, tags, created_at, updated_at)
    SELECT ${id(reply, `n * ${turns}`)}, 'local', 'end_user',
           CASE WHEN n % 3 = 0 THEN 'dislike' ELSE 'like' END::rating, (n % 101) / 100.0, 'Comment ' || n, '{}',
           ${createdAt}, ${createdAt}
    FROM generate_series(0, ${conversations - 1}) AS n`);
}

/** @param conversations how many: each of two prompts and two replies, the first reply with one feedback */
export async function seed(
  database: BenchDatabase,
  conversations: number,
  set: SeedSet = { name: '', topics: ['default'] },
): Promise<Seed> {
  const { conversation, reply } = prefixesOf(set);
  await database.run(
    `INSERT INTO conversation
      (id, topic, model_id, model_metadata, username, title, metadata, version, started_at)
    SELECT ${id(conversation, 'n')}, ($1::text[])[1 + n % cardinality($1)], 'bench', '{}', 'local',
           'Conversation ' || n, '{}', ${eventsEach}, ${createdAt}
    FROM generate_series(0, ${conversations - 1}) AS n`,
    [set.topics],
  );
  await database.run(
    `INSERT INTO topic (name, next_offset)
    SELECT topic, count(*) * ${eventsEach} FROM conversation WHERE topic = ANY ($1) GROUP BY topic
    ON CONFLICT (name) DO UPDATE SET next_offset = excluded.next_offset`,
    [set.topics],
  );
  await seedMessages(database, conversations, set);
  // Else the first contender would pay for what every later one finds done.
  await database.run('VACUUM ANALYZE');
  await database.run('CHECKPOINT');
  return {
    conversations: { prefix: conversation, count: conversations },
    replies: { prefix: reply, count: conversations * turns },
  };
}

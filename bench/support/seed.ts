// Fills the projections with conversations, in a few statements, without events, which these benchmarks do not read.
import type { BenchDatabase } from './database.ts';
import { idLength, type LoadTarget } from './load.ts';

export type Seed = { conversations: LoadTarget['ids']; replies: LoadTarget['ids'] };

/** Conversations that are created together; the name, one letter or empty, is part of their ids. */
export type SeedSet = { name: string; topics: readonly string[] };

/** Each prompt has a reply. */
const promptsPerConversation = 2;
/** Events that a conversation would have: its start, its messages, and the feedback. */
export const eventsPerConversation = 2 + 2 * promptsPerConversation;

const prefixesOf = ({ name }: SeedSet) => ({
  conversation: `01BENCHC${name}`,
  prompt: `01BENCHP${name}`,
  reply: `01BENCHR${name}`,
});

const id = (prefix: string, number: string): string =>
  `'${prefix}' || lpad((${number})::text, ${idLength - prefix.length}, '0')`;

/** Number of a prompt and its reply among all. */
const replyNumber = `n * ${promptsPerConversation} + prompt`;
const createdAt = `timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second'`;

async function seedMessages(database: BenchDatabase, conversations: number, set: SeedSet): Promise<void> {
  const { conversation, prompt, reply } = prefixesOf(set);
  await database.run(`INSERT INTO message
      (id, conversation_id, parent_id, position, role, content, status, model_id, created_at)
    SELECT CASE WHEN is_reply THEN ${id(reply, replyNumber)} ELSE ${id(prompt, replyNumber)} END,
           ${id(conversation, 'n')},
           CASE WHEN is_reply THEN ${id(prompt, replyNumber)}
                WHEN prompt > 0 THEN ${id(reply, `${replyNumber} - 1`)} END,
           2 + 2 * prompt + is_reply::int,
           CASE WHEN is_reply THEN 'assistant' ELSE 'user' END::role,
           repeat(md5(n::text || prompt) || ' ', CASE WHEN is_reply THEN 12 ELSE 3 END),
           'complete', CASE WHEN is_reply THEN 'bench' END, ${createdAt}
    FROM generate_series(0, ${conversations - 1}) AS n, generate_series(0, ${promptsPerConversation - 1}) AS prompt,
         (VALUES (false), (true)) AS kinds (is_reply)
    ORDER BY n, prompt, is_reply`);
  await database.run(`INSERT INTO reply_rollup AS existing (topic, half_hour, model_id, replies)
    SELECT c.topic, half_hour_of(m.created_at), m.model_id, count(*)
    FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
    WHERE m.id LIKE '${reply}%' AND m.role = 'assistant' GROUP BY 1, 2, 3
    ON CONFLICT (topic, half_hour, model_id) DO UPDATE SET replies = existing.replies + excluded.replies`);
  await database.run(`INSERT INTO feedback
      (message_id, username, source, rating, score, comment, tags, created_at, updated_at)
    SELECT ${id(reply, `n * ${promptsPerConversation}`)}, 'local', 'end_user',
           CASE WHEN n % 3 = 0 THEN 'dislike' ELSE 'like' END::rating, (n % 101) / 100.0, 'Comment ' || n, '{}',
           ${createdAt}, ${createdAt}
    FROM generate_series(0, ${conversations - 1}) AS n`);
}

/** Creates so many conversations of two prompts and two replies, of which the first has one feedback. */
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
           'Conversation ' || n, '{}', ${eventsPerConversation}, ${createdAt}
    FROM generate_series(0, ${conversations - 1}) AS n`,
    [set.topics],
  );
  await database.run(
    `INSERT INTO topic (name, next_offset)
    SELECT topic, count(*) * ${eventsPerConversation} FROM conversation WHERE topic = ANY ($1) GROUP BY topic
    ON CONFLICT (name) DO UPDATE SET next_offset = excluded.next_offset`,
    [set.topics],
  );
  await seedMessages(database, conversations, set);
  // Otherwise the first contender would do work that every later one finds done.
  await database.run('VACUUM ANALYZE');
  await database.run('CHECKPOINT');
  return {
    conversations: { prefix: conversation, count: conversations },
    replies: { prefix: reply, count: conversations * promptsPerConversation },
  };
}

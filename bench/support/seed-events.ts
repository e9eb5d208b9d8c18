// Fills the log, and only the log, with rated conversations for exports to read. It takes few statements, so that
// millions of messages take only minutes.
import type { BenchDatabase } from './database.ts';
import { idLength } from './load.ts';

/** Each prompt has a reply. */
const promptsPerConversation = 4;
export const messagesPerConversation = 2 * promptsPerConversation;
/** The start, the messages, and a rating of every second reply. */
const eventsPerConversation = 1 + messagesPerConversation + promptsPerConversation / 2;

const conversationsAtOnce = 20_000;
const prefixes = { conversation: '01EXPC', message: '01EXPM', event: '01EXPE' };

const id = (kind: keyof typeof prefixes, number: string): string =>
  `'${prefixes[kind]}' || lpad((${number})::text, ${idLength - prefixes[kind].length}, '0')`;

const messageNumber = `n * ${messagesPerConversation} + position`;
// From a vocabulary of a hundred words, so that texts differ and yet repeat themselves as language does.
const text = (words: string) =>
  `(SELECT string_agg(substr(md5((n * 31 + position * 7 + word % 97)::text), 1, 2 + word % 6), ' ') FROM generate_series(1, ${words}) AS word)`;

/** Versions: 1 for the start, then the messages, then the ratings. */
const statement = `INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
  SELECT ${id('event', `n * ${eventsPerConversation} + version`)}, 'export', n * ${eventsPerConversation} + version - 1, type::event_type,
         ${id('conversation', 'n')}, version, 'local', timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second', payload
  FROM generate_series($1::int, $2::int - 1) AS n
  CROSS JOIN LATERAL (
    SELECT 1 AS version, 'START_CONVERSATION' AS type, jsonb_build_object('id', ${id('conversation', 'n')},
      'model', '{"id": "bench", "metadata": {}}'::jsonb, 'username', 'user ' || n % 1000, 'messages', '[]'::jsonb) AS payload
    UNION ALL
    SELECT 2 + position, 'ADD_MESSAGE', jsonb_build_object('id', ${id('message', messageNumber)}, 'conversation_id',
      ${id('conversation', 'n')}, 'role', CASE position % 2 WHEN 0 THEN 'user' ELSE 'assistant' END, 'rating', '',
      'feedback', '', 'timestamp', '2026-01-01T00:00:00Z', 'parent_id',
      CASE WHEN position > 0 THEN ${id('message', `${messageNumber} - 1`)} END,
      'content', CASE position % 2 WHEN 0 THEN ${text('12')} ELSE ${text('80')} END)
    FROM generate_series(0, ${messagesPerConversation - 1}) AS position
    UNION ALL
    SELECT ${2 + messagesPerConversation} + position / 4, 'UPDATE_MESSAGE', jsonb_build_object('id', ${id('message', messageNumber)},
      'conversation_id', ${id('conversation', 'n')}, 'rating', CASE n % 3 WHEN 0 THEN 'dislike' ELSE 'like' END)
    FROM generate_series(1, ${messagesPerConversation - 1}, 4) AS position
  ) AS events`;

export async function seedEvents(database: BenchDatabase, conversations: number): Promise<void> {
  for (let from = 0; from < conversations; from += conversationsAtOnce) {
    await database.run(statement, [from, Math.min(from + conversationsAtOnce, conversations)]);
  }
  await database.run(
    `INSERT INTO topic (name, next_offset) VALUES ('export', $1)
    ON CONFLICT (name) DO UPDATE SET next_offset = excluded.next_offset`,
    [conversations * eventsPerConversation],
  );
  await database.run('VACUUM ANALYZE event');
}

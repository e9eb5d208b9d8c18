// Worker, the limit of `append`: raw pg, one hand-written statement and one transaction per rating, on the tables
// of Afterword. It does what append_events does for one event: locks the topic for its offset, writes the event,
// and brings feedback and the conversation's version up to it.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Connection, type LoadTarget, serveLoad } from './load.ts';

// Each step reads the one before it, so the topic's row is locked first and two of these can't deadlock.
const rate = `WITH target AS (
  SELECT m.id, m.conversation_id, c.topic
  FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
  WHERE m.id = $2 AND m.role = 'assistant'
), placed AS (
  UPDATE topic SET next_offset = topic.next_offset + 1 FROM target WHERE topic.name = target.topic
  RETURNING topic.name, topic.next_offset - 1 AS "offset"
), bumped AS (
  UPDATE conversation SET version = conversation.version + 1 FROM target, placed
  WHERE conversation.id = target.conversation_id
  RETURNING conversation.id, conversation.version
), written AS (
  INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
  SELECT $1, placed.name, placed."offset", 'UPDATE_MESSAGE', bumped.id, bumped.version, $4, clock_timestamp(),
         $3::jsonb || jsonb_build_object('conversation_id', bumped.id)
  FROM placed, bumped
  RETURNING recorded_at
)
INSERT INTO feedback (message_id, username, source, rating, score, tags, created_at, updated_at)
SELECT $2, $4, 'end_user', $5::rating, $6, '{}', recorded_at, recorded_at FROM written
ON CONFLICT (message_id, username, source) DO UPDATE
SET rating = coalesce(excluded.rating, feedback.rating), score = coalesce(excluded.score, feedback.score),
    updated_at = excluded.updated_at
RETURNING rating`;

const username = 'local';
const changes = [{ rating: 'like' }, { rating: 'dislike' }, { score: 0.75 }];

async function connect({ url }: LoadTarget): Promise<Connection> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async send(id, turn) {
      const change: { rating?: string; score?: number } = changes[turn % changes.length] ?? {};
      const payload = JSON.stringify({ id, username, source: 'end_user', ...change });
      const values = [randomUUID(), id, payload, username, change.rating ?? null, change.score ?? null];
      const { rowCount } = await client.query({ name: 'rate', text: rate, values });
      if (rowCount !== 1) throw new Error(`The rating of ${id} was not written.`);
    },
    close: () => client.end(),
  };
}

serveLoad(connect);

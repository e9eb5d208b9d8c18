// Worker, the limit of `append`: raw pg, one hand-written statement and one transaction per event, on Afterword's tables.
// It does what append_events does for one event: locks the topic for its offset, writes the event, and updates the
// projections and the version of the conversation. It updates no counts for statistics, checks no rules, and does not
// recognise repeated events.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type LoadTarget, serveLoad } from './load.ts';

// Each step reads from the step before, so the topic's row is locked first and two statements can't deadlock.
const numbered = `numbered AS (
  UPDATE topic SET next_offset = topic.next_offset + 1 FROM target WHERE topic.name = target.topic
  RETURNING topic.name, topic.next_offset - 1 AS "offset"
), bumped AS (
  UPDATE conversation SET version = conversation.version + 1 FROM target, numbered
  WHERE conversation.id = target.conversation_id
  RETURNING conversation.id, conversation.version
)`;

const rate = `WITH target AS (
  SELECT m.id, m.conversation_id, c.topic
  FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
  WHERE m.id = $2 AND m.role = 'assistant'
), ${numbered}, written AS (
  INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
  SELECT $1, numbered.name, numbered."offset", 'UPDATE_MESSAGE', bumped.id, bumped.version, $4, clock_timestamp(),
         $3::jsonb || jsonb_build_object('conversation_id', bumped.id)
  FROM numbered, bumped
  RETURNING recorded_at
)
INSERT INTO feedback (message_id, username, source, rating, score, tags, created_at, updated_at)
SELECT $2, $4, 'end_user', $5::rating, $6, '{}', recorded_at, recorded_at FROM written
ON CONFLICT (message_id, username, source) DO UPDATE
SET rating = coalesce(excluded.rating, feedback.rating), score = coalesce(excluded.score, feedback.score),
    updated_at = excluded.updated_at
RETURNING rating`;

const add = `WITH target AS (
  SELECT c.id AS conversation_id, c.topic,
         (SELECT m.id FROM message AS m WHERE m.conversation_id = c.id ORDER BY m.position DESC LIMIT 1) AS parent_id
  FROM conversation AS c WHERE c.id = $2 AND c.ended_at IS NULL
), ${numbered}, written AS (
  INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
  SELECT $1, numbered.name, numbered."offset", 'ADD_MESSAGE', bumped.id, bumped.version, $4, clock_timestamp(),
         $3::jsonb || jsonb_build_object('parent_id', target.parent_id)
  FROM numbered, bumped, target
  RETURNING conversation_id, version, payload
)
INSERT INTO message (id, conversation_id, parent_id, position, role, content, status, created_at)
SELECT payload ->> 'id', conversation_id, payload ->> 'parent_id', version, (payload ->> 'role')::role,
       payload ->> 'content', 'complete', (payload ->> 'timestamp')::timestamptz
FROM written`;

const username = 'local';
const changes = [{ rating: 'like' }, { rating: 'dislike' }, { score: 0.75 }];

function ratingOf(id: string, sequence: number): pg.QueryConfig {
  const change: { rating?: string; score?: number } = changes[sequence % changes.length] ?? {};
  const payload = JSON.stringify({ id, username, source: 'end_user', ...change });
  const values = [randomUUID(), id, payload, username, change.rating ?? null, change.score ?? null];
  return { name: 'rate', text: rate, values };
}

function messageOf(conversation_id: string): pg.QueryConfig {
  const message = { id: randomUUID(), conversation_id, role: 'user', content: 'And then, what came of it?' };
  const reference = { rating: '', feedback: '', timestamp: new Date().toISOString() };
  const values = [randomUUID(), conversation_id, JSON.stringify({ ...message, ...reference }), username];
  return { name: 'add', text: add, values };
}

let clients: Promise<pg.Client>[] = [];
let users = 0;

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

serveLoad(async ({ url, templates, maxConnections, connections }: LoadTarget) => {
  // Writers share connections if the server accepts fewer of them than there are writers.
  const index = users % (maxConnections ?? connections);
  users += 1;
  clients[index] ??= open(url);
  const client = await clients[index];
  return {
    async send(id, sequence) {
      const { rowCount } = await client.query(
        templates[0] === 'message' ? messageOf(id) : ratingOf(id, sequence),
      );
      if (rowCount !== 1) throw new Error(`The event about ${id} was not written.`);
    },
    async close() {
      users -= 1;
      if (users > 0) return;
      const open = await Promise.all(clients);
      clients = [];
      await Promise.all(open.map((one) => one.end()));
    },
  };
});

-- Counts replies and signals: those that the log itself shows, and those that clients record. A signal counts once per
-- reply and author. Each is derived from what came before its event, so that it is the same however events are batched.
CREATE OR REPLACE FUNCTION project_replies(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO reply_rollup AS total (topic, half_hour, model_id, replies)
  SELECT e.topic, half_hour_of(m.created_at), coalesce(nullif(m.model_id, ''), c.model_id), count(*)
  FROM unnest(events) AS e
  JOIN message AS m ON m.id = e.payload ->> 'id'
  JOIN conversation AS c ON c.id = e.conversation_id
  WHERE e.type = 'ADD_MESSAGE' AND e.payload ->> 'role' = 'assistant'
  GROUP BY 1, 2, 3
  ON CONFLICT (topic, half_hour, model_id) DO UPDATE SET replies = total.replies + excluded.replies;

  WITH shown AS (
    SELECT
      e.payload ->> 'id' AS message_id,
      (e.payload ->> 'signal')::signal_kind AS signal,
      nullif(e.payload ->> 'username', '') AS username,
      e.conversation_id, e.recorded_at
    FROM unnest(events) AS e
    WHERE e.type = 'UPDATE_MESSAGE' AND e.payload ->> 'signal' <> ''
    UNION ALL
    -- A reply that the server cut because it grew too long was not stopped by anyone.
    SELECT e.payload ->> 'id', 'stopped', NULL, e.conversation_id, e.recorded_at
    FROM unnest(events) AS e
    WHERE e.payload ->> 'status' = 'stopped' AND e.payload ->> 'finish_reason' IS DISTINCT FROM 'length'
    UNION ALL
    SELECT reply.id, 'regenerated', NULL, e.conversation_id, e.recorded_at
    FROM unnest(events) AS e
    CROSS JOIN LATERAL (
      SELECT s.id
      FROM message AS s
      WHERE s.parent_id = e.payload ->> 'parent_id' AND s.role = 'assistant' AND s.position < e.version
      ORDER BY s.position DESC LIMIT 1
    ) AS reply
    WHERE e.type = 'ADD_MESSAGE' AND e.payload ->> 'role' = 'assistant'
    UNION ALL
    SELECT reply.id, 'edited', NULL, e.conversation_id, e.recorded_at
    FROM unnest(events) AS e
    CROSS JOIN LATERAL (
      SELECT s.id, s.position
      FROM message AS s
      WHERE s.parent_id = e.payload ->> 'parent_id' AND s.role = 'user' AND s.position < e.version
      UNION ALL
      SELECT s.id, s.position
      FROM message AS s
      WHERE e.payload ->> 'parent_id' IS NULL
        AND s.conversation_id = e.conversation_id
        AND s.parent_id IS NULL
        AND s.role = 'user'
        AND s.position < e.version
      ORDER BY position DESC LIMIT 1
    ) AS prompt
    CROSS JOIN LATERAL (
      SELECT s.id
      FROM message AS s
      WHERE s.parent_id = prompt.id AND s.role = 'assistant' AND s.position < e.version
      ORDER BY s.position DESC LIMIT 1
    ) AS reply
    WHERE e.type = 'ADD_MESSAGE' AND e.payload ->> 'role' = 'user'
    UNION ALL
    SELECT reply.id, 'ended', NULL, e.conversation_id, e.recorded_at
    FROM unnest(events) AS e
    CROSS JOIN LATERAL (
      SELECT s.id, s.role, s.created_at
      FROM message AS s
      WHERE s.conversation_id = e.conversation_id AND s.position < e.version
      ORDER BY s.position DESC LIMIT 1
    ) AS reply
    WHERE e.type = 'END_CONVERSATION'
      AND reply.role = 'assistant'
      AND occurred_at(e.payload, e.recorded_at)
        BETWEEN reply.created_at AND reply.created_at + interval '1 minute'
  ),
  added AS (
    INSERT INTO signal (message_id, signal, username, created_at)
    SELECT shown.message_id, shown.signal, coalesce(shown.username, c.username), min(shown.recorded_at)
    FROM shown
    JOIN conversation AS c ON c.id = shown.conversation_id
    GROUP BY 1, 2, 3
    ON CONFLICT DO NOTHING
    RETURNING message_id, signal
  )
  INSERT INTO signal_rollup AS total (topic, half_hour, model_id, signal, count)
  SELECT
    c.topic, half_hour_of(m.created_at), coalesce(nullif(m.model_id, ''), c.model_id), added.signal, count(*)
  FROM added
  JOIN message AS m ON m.id = added.message_id
  JOIN conversation AS c ON c.id = m.conversation_id
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (topic, half_hour, model_id, signal) DO UPDATE SET count = total.count + excluded.count;
END
$$;

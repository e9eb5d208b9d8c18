-- Appends a batch to the log, in one transaction: the only thing that writes events.
--
-- batch: [{append, id, type, topic?, conversation_id?, actor, privileged, payload}], grouped by append.
-- Returns, in the same order: [{offset, version, topic, conversation_id, replayed}] or [{refusal, detail}].
-- One refused append never harms its neighbours.
CREATE OR REPLACE FUNCTION append_events(batch jsonb) RETURNS jsonb
LANGUAGE plpgsql
-- The planner takes every batch for a hundred rows and, planning while the tables are small, for scans of whole
-- tables: the plan that it keeps would cost more with each event. Every look-up here has an index.
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_material = off
AS $$
DECLARE
  names text[];
  answers jsonb;
  appended event[];
BEGIN
  -- A conversation never changes its topic, nor a message its conversation: they may be read before the lock.
  SELECT array_agg(DISTINCT coalesce(c.topic, item ->> 'topic'))
    FILTER (WHERE c.topic IS NOT NULL OR item ? 'topic') INTO names
  FROM jsonb_array_elements(batch) AS item
  LEFT JOIN message AS m ON NOT item ? 'conversation_id' AND m.id = item -> 'payload' ->> 'id'
  LEFT JOIN conversation AS c ON c.id = coalesce(item ->> 'conversation_id', m.conversation_id);

  -- Made and locked one by one in name order, so that two nodes with the same topics can't deadlock. Offsets come out
  -- in commit order because the row stays locked until the commit. What is there is locked though it isn't updated.
  INSERT INTO topic (name) SELECT unnest(names) ORDER BY 1
  ON CONFLICT (name) DO UPDATE SET name = topic.name WHERE false;

  WITH checked AS MATERIALIZED (
    SELECT * FROM check_events(batch, coalesce(names, '{}'))
  ),
  numbered AS MATERIALIZED (
    SELECT c.*, c.refusal IS NULL AND c.replay_offset IS NULL AS is_new,
           t.next_offset - 1 + row_number() OVER (PARTITION BY c.topic, fresh ORDER BY c.ord) AS new_offset,
           c.base_version + row_number() OVER (PARTITION BY c.conversation_id, fresh ORDER BY c.ord) AS new_version
    FROM checked AS c
    LEFT JOIN topic AS t ON t.name = c.topic
    CROSS JOIN LATERAL (SELECT c.refusal IS NULL AND c.replay_offset IS NULL) AS novelty (fresh)
  ),
  inserted AS (
    INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
    SELECT id, topic, new_offset, type, conversation_id, new_version, actor, clock_timestamp(), payload
    FROM numbered WHERE is_new ORDER BY ord
    RETURNING event
  )
  SELECT (SELECT array_agg((inserted.event) ORDER BY (inserted.event).topic, (inserted.event)."offset") FROM inserted),
         (SELECT jsonb_agg(
            CASE WHEN refusal IS NOT NULL THEN jsonb_build_object('refusal', refusal, 'detail', detail)
                 ELSE jsonb_build_object(
                   'offset', coalesce(replay_offset, new_offset), 'version', coalesce(replay_version, new_version),
                   'topic', topic, 'conversation_id', conversation_id, 'replayed', NOT is_new) END
            ORDER BY ord) FROM numbered)
  INTO appended, answers;

  IF appended IS NOT NULL THEN
    UPDATE topic SET next_offset = newest.next_offset
    FROM (SELECT e.topic, max(e."offset") + 1 AS next_offset FROM unnest(appended) AS e GROUP BY e.topic) AS newest
    WHERE topic.name = newest.topic;
    PERFORM project_events(appended);
  END IF;
  RETURN answers;
END
$$;

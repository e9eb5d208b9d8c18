-- Appends a batch to the log, in one transaction: the only thing that writes events.
--
-- items: grouped by append. Returns an answer for each, in the same order. An append is all or none, and one that is
-- refused does not affect the other appends of the batch.
CREATE OR REPLACE FUNCTION append_events(items append_item[]) RETURNS SETOF append_answer
LANGUAGE plpgsql
-- The planner expects a hundred rows of every batch and, planning while the tables are small, chooses scans of whole
-- tables: the plan that it keeps would cost more with each event. Every look-up here has an index.
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
AS $$
DECLARE
  batch annotated_item[];
  topic_names text[];
  has_start boolean;
  answers append_answer[];
  appended event[];
  single append_answer;
BEGIN
  IF cardinality(items) = 1 THEN
    single := append_single(items[1]);
    IF single.outcome IS NOT NULL THEN
      RETURN NEXT single;
      RETURN;
    END IF;
  END IF;

  -- A conversation never changes its topic, nor a message its conversation: they may be read before the lock.
  SELECT
    array_agg(b ORDER BY b.position),
    coalesce(
      array_agg(DISTINCT coalesce(c.topic, b.topic)) FILTER (
        WHERE c.topic IS NOT NULL OR b.topic IS NOT NULL
      ),
      '{}'
    ),
    bool_or(c.topic IS NULL AND b.topic IS NOT NULL)
  INTO batch, topic_names, has_start
  FROM annotate_batch(items) AS b
  LEFT JOIN conversation AS c ON c.id = b.conversation_id;

  -- Created, and then locked, in name order, so that two nodes with the same topics can't deadlock. Offsets come out in
  -- commit order because the row stays locked until the commit.
  IF has_start THEN
    INSERT INTO topic (name) SELECT unnest(topic_names) ORDER BY 1 ON CONFLICT DO NOTHING;
  END IF;
  PERFORM FROM topic WHERE topic.name = ANY (topic_names) ORDER BY topic.name FOR UPDATE;

  WITH checked AS (
    SELECT
      b.position, c.*,
      CASE
        WHEN bool_or(c.outcome = 'RETRY_NEXT_BATCH') OVER whole_append THEN 'RETRY_NEXT_BATCH'::append_outcome
        WHEN bool_or(c.outcome NOT IN ('REPLAYED', 'UNCHANGED')) OVER whole_append THEN CASE
          WHEN c.outcome IN ('REPLAYED', 'UNCHANGED') OR c.outcome IS NULL THEN 'APPEND_REFUSED'
          ELSE c.outcome
        END
        -- Half of an append can't be in the log.
        WHEN bool_or(c.outcome = 'REPLAYED') OVER whole_append
          AND bool_or(c.outcome IS DISTINCT FROM 'REPLAYED') OVER whole_append THEN CASE c.outcome
            WHEN 'REPLAYED' THEN 'ID_TAKEN'::append_outcome
            ELSE 'APPEND_REFUSED'
          END
        ELSE coalesce(c.outcome, 'APPENDED')
      END AS final_outcome
    FROM unnest(batch) AS b
    CROSS JOIN LATERAL check_event(b, topic_names) AS c
    WINDOW whole_append AS (PARTITION BY b.append)
  ),
  numbered AS MATERIALIZED (
    SELECT
      c.*,
      t.next_offset - 1 + row_number() OVER (
        PARTITION BY c.topic, c.final_outcome ORDER BY c.position
      ) AS new_offset,
      c.base_version + row_number() OVER (
        PARTITION BY c.conversation_id, c.final_outcome ORDER BY c.position
      ) AS new_version
    FROM checked AS c
    LEFT JOIN topic AS t ON t.name = c.topic
  ),
  inserted AS (
    INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
    SELECT id, topic, new_offset, type, conversation_id, new_version, actor, clock_timestamp(), payload
    FROM numbered
    WHERE final_outcome = 'APPENDED'
    ORDER BY position
    RETURNING event
  )
  SELECT
    (SELECT array_agg(inserted.event) FROM inserted),
    (
      SELECT array_agg(
        ROW(
          final_outcome,
          CASE
            WHEN final_outcome IN ('APPENDED', 'REPLAYED', 'UNCHANGED') THEN NULL
            WHEN final_outcome = 'NO_PARENT' THEN payload ->> 'parent_id'
            WHEN final_outcome = 'NOT_A_SIBLING' THEN check_choice(payload)
            WHEN final_outcome = 'NO_CONVERSATION' THEN conversation_id
            ELSE payload ->> 'id'
          END,
          topic, conversation_id,
          CASE final_outcome WHEN 'APPENDED' THEN new_offset WHEN 'REPLAYED' THEN replay_offset END,
          CASE final_outcome WHEN 'APPENDED' THEN new_version WHEN 'REPLAYED' THEN replay_version END
        )::append_answer
        ORDER BY position
      )
      FROM numbered
    )
  INTO appended, answers;

  IF appended IS NOT NULL THEN
    UPDATE topic SET next_offset = newest.next_offset
    FROM (
      SELECT e.topic, max(e."offset") + 1 AS next_offset FROM unnest(appended) AS e GROUP BY e.topic
    ) AS newest
    WHERE topic.name = newest.topic;
    PERFORM project_events(appended);
  END IF;
  RETURN QUERY SELECT * FROM unnest(answers);
END
$$;

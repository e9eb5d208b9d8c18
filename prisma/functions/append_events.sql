-- Appends a batch to the log, in one transaction: the only thing that writes events.
--
-- batch: [{append, id, type, topic?, conversation_id?, actor, privileged, payload}], grouped by append.
-- Returns, in the same order: [{offset, version, topic, conversation_id, replayed}] or [{refusal, detail}].
-- An append is all or none, and one that is refused never harms its neighbours.
CREATE OR REPLACE FUNCTION append_events(batch jsonb) RETURNS jsonb
LANGUAGE plpgsql
-- The planner takes every batch for a hundred rows and, planning while the tables are small, for scans of whole
-- tables: the plan that it keeps would cost more with each event. Every look-up here has an index.
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_material = off
AS $$
DECLARE
  item jsonb;
  here text;
  next bigint;
  lone record;
  names text[];
  has_start boolean;
  answers jsonb;
  appended event;
  all_appended event[];
BEGIN
  -- What an idle server sends is one event of a conversation that is there. Most of the time that it takes goes to
  -- starting statements, so it gets few and small ones: no groups, no windows, and its offset with the lock. Feedback
  -- on a reply, the most of it, gets smaller ones still.
  IF jsonb_array_length(batch) = 1 THEN
    item := batch -> 0;
    UPDATE topic SET next_offset = topic.next_offset + 1
    WHERE topic.name = (SELECT c.topic FROM conversation AS c WHERE c.id = coalesce(item ->> 'conversation_id',
      (SELECT m.conversation_id FROM message AS m WHERE m.id = item -> 'payload' ->> 'id')))
    RETURNING topic.name, topic.next_offset - 1 INTO here, next;
    IF FOUND THEN
      IF item ->> 'type' = 'UPDATE_MESSAGE' AND NOT item -> 'payload' ?| ARRAY['status', 'preferred_over', 'tied_with'] THEN
        SELECT * INTO lone FROM check_lone_feedback(item);
      END IF;
      IF lone IS NULL THEN
        SELECT c.id, c.type, c.conversation_id, c.actor, c.payload, c.base_version + 1 AS version,
               c.refusal IS NULL AND c.replay_offset IS NULL AS is_new
        INTO lone FROM check_event(item, ARRAY[here]) AS c;
      END IF;
      IF lone.is_new THEN
        INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
        VALUES (lone.id, here, next, lone.type, lone.conversation_id, lone.version, lone.actor, clock_timestamp(), lone.payload)
        RETURNING * INTO appended;
        IF NOT project_lone_feedback(appended) THEN PERFORM project_events(ARRAY[appended]); END IF;
        RETURN jsonb_build_array(jsonb_build_object(
          'offset', next, 'version', lone.version, 'topic', here, 'conversation_id', lone.conversation_id, 'replayed', false));
      END IF;
      -- Given back, or the log would have a hole.
      UPDATE topic SET next_offset = next WHERE topic.name = here;
    END IF;
  ELSE
    batch := arrange_events(batch);
  END IF;

  -- A conversation never changes its topic, nor a message its conversation: they may be read before the lock.
  SELECT coalesce(array_agg(DISTINCT coalesce(c.topic, i.item ->> 'topic'))
           FILTER (WHERE c.topic IS NOT NULL OR i.item ? 'topic'), '{}'),
         bool_or(c.topic IS NULL AND i.item ? 'topic')
  INTO names, has_start
  FROM jsonb_array_elements(batch) AS i (item)
  LEFT JOIN message AS m ON i.item ->> 'conversation_id' IS NULL AND m.id = i.item -> 'payload' ->> 'id'
  LEFT JOIN conversation AS c ON c.id = coalesce(i.item ->> 'conversation_id', m.conversation_id);

  -- Made, and then locked, in name order, so that two nodes with the same topics can't deadlock. Offsets come out in
  -- commit order because the row stays locked until the commit.
  IF has_start THEN
    INSERT INTO topic (name) SELECT unnest(names) ORDER BY 1 ON CONFLICT DO NOTHING;
  END IF;
  PERFORM FROM topic WHERE topic.name = ANY (names) ORDER BY topic.name FOR UPDATE;

  WITH checked AS (
    SELECT i.ord, c.*,
           CASE WHEN bool_or(c.refusal = 'AGAIN') OVER whole_append THEN 'AGAIN'
                WHEN bool_or(c.refusal IS NOT NULL) OVER whole_append THEN coalesce(c.refusal, 'NEIGHBOUR')
                -- Half of an append can't be in the log.
                WHEN bool_or(c.replay_offset IS NOT NULL) OVER whole_append
                  AND bool_or(c.replay_offset IS NULL) OVER whole_append
                  THEN CASE WHEN c.replay_offset IS NOT NULL THEN 'ID_TAKEN' ELSE 'NEIGHBOUR' END
           END AS own_refusal
    FROM jsonb_array_elements(batch) WITH ORDINALITY AS i (item, ord)
    CROSS JOIN LATERAL check_event(i.item, names) AS c
    WINDOW whole_append AS (PARTITION BY (i.item ->> 'append')::integer)
  ),
  numbered AS MATERIALIZED (
    SELECT c.*, is_new,
           t.next_offset - 1 + row_number() OVER (PARTITION BY c.topic, is_new ORDER BY c.ord) AS new_offset,
           c.base_version + row_number() OVER (PARTITION BY c.conversation_id, is_new ORDER BY c.ord) AS new_version
    FROM checked AS c
    LEFT JOIN topic AS t ON t.name = c.topic
    CROSS JOIN LATERAL (SELECT c.own_refusal IS NULL AND c.replay_offset IS NULL) AS novelty (is_new)
  ),
  inserted AS (
    INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
    SELECT id, topic, new_offset, type, conversation_id, new_version, actor, clock_timestamp(), payload
    FROM numbered WHERE is_new ORDER BY ord
    RETURNING event
  )
  SELECT (SELECT array_agg(inserted.event) FROM inserted),
         (SELECT jsonb_agg(
            CASE WHEN own_refusal IS NOT NULL THEN jsonb_build_object('refusal', own_refusal, 'detail',
                   CASE own_refusal WHEN 'NO_PARENT' THEN payload ->> 'parent_id'
                     WHEN 'NOT_A_SIBLING' THEN check_choice(payload)
                     WHEN 'NO_CONVERSATION' THEN conversation_id ELSE payload ->> 'id' END)
                 ELSE jsonb_build_object(
                   'offset', coalesce(replay_offset, new_offset), 'version', coalesce(replay_version, new_version),
                   'topic', topic, 'conversation_id', conversation_id, 'replayed', NOT is_new) END
            ORDER BY ord) FROM numbered)
  INTO all_appended, answers;

  IF all_appended IS NOT NULL THEN
    UPDATE topic SET next_offset = newest.next_offset
    FROM (SELECT e.topic, max(e."offset") + 1 AS next_offset FROM unnest(all_appended) AS e GROUP BY e.topic) AS newest
    WHERE topic.name = newest.topic;
    PERFORM project_events(all_appended);
  END IF;
  RETURN answers;
END
$$;

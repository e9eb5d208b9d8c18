-- Says of each event of a batch whether it may be appended: the rules of the log, one row per event, in order.
-- The caller holds the locks of the topics in `locked`, and nothing else writes, so what is read here can't be raced.
--
-- An append is a group of events of one conversation, all or none. `refusal` is 'AGAIN' where another append of
-- the batch must be seen first (it changes the same conversation), or where the conversation came to be after the
-- locks were chosen: the writer sends those in its next batch.
CREATE OR REPLACE FUNCTION check_events(batch jsonb, locked text[])
RETURNS TABLE (
  ord bigint, append integer, id text, type event_type, topic text, conversation_id text, actor text,
  payload jsonb, base_version integer, replay_offset bigint, replay_version integer, refusal text, detail text
)
LANGUAGE sql STABLE AS $$
WITH input AS (
  SELECT i.ord, e.append, e.id, e.type, e.topic, e.actor, e.privileged, e.payload,
         coalesce(e.conversation_id, m.conversation_id) AS conversation_id,
         e.payload ->> 'id' AS entity_id,
         m AS message,
         e.type <> 'UPDATE_MESSAGE' OR e.payload ? 'status' AS is_structural
  FROM jsonb_array_elements(batch) WITH ORDINALITY AS i (item, ord)
  CROSS JOIN LATERAL jsonb_to_record(i.item) AS e (
    append integer, id text, type event_type, topic text, conversation_id text, actor text,
    privileged boolean, payload jsonb)
  LEFT JOIN message AS m ON e.type IN ('ADD_MESSAGE', 'UPDATE_MESSAGE') AND m.id = e.payload ->> 'id'
),
seen AS (
  SELECT input.*,
         bool_or(input.type = 'START_CONVERSATION') OVER append_so_far AS starts_here,
         array_agg(input.entity_id) FILTER (WHERE input.type = 'ADD_MESSAGE') OVER append_before AS added_before,
         min(input.append) OVER conversation AS first_append,
         bool_or(input.is_structural) OVER conversation AS conversation_changes
  FROM input
  WINDOW append_so_far AS (PARTITION BY input.append ORDER BY input.ord),
         append_before AS (PARTITION BY input.append ORDER BY input.ord ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
         conversation AS (PARTITION BY input.conversation_id)
),
placed AS MATERIALIZED (
  SELECT seen.*, c AS conversation, known,
         -- A message without a parent_id continues what is newest; null as parent_id starts a thread of its own.
         CASE WHEN seen.type <> 'ADD_MESSAGE' OR seen.payload ? 'parent_id' THEN seen.payload ->> 'parent_id'
              ELSE coalesce(seen.added_before[array_upper(seen.added_before, 1)],
                            (SELECT newest.id FROM message AS newest WHERE newest.conversation_id = seen.conversation_id
                             ORDER BY newest.position DESC LIMIT 1)) END AS parent_id
  FROM seen
  LEFT JOIN conversation AS c ON c.id = seen.conversation_id
  LEFT JOIN event AS known ON known.id = seen.id
),
-- OFFSET 0 keeps each EXISTS a look-up: the planner would hash the whole table for it.
judged AS MATERIALIZED (
  SELECT placed.*,
         -- Repeated: the same event by the same actor. The time and what was filled in are not the client's.
         (placed.known).id IS NOT NULL
           AND (placed.known).type = placed.type
           AND ((placed.known).actor IS NOT DISTINCT FROM placed.actor
             -- A conversation ends once, whoever asks again.
             OR placed.type = 'END_CONVERSATION' AND (placed.privileged OR (placed.conversation).username = placed.actor))
           AND (placed.known).conversation_id = placed.conversation_id
           AND (placed.known).topic = coalesce(placed.topic, (placed.known).topic)
           AND (placed.known).payload - 'timestamp'
               - CASE WHEN placed.payload ? 'parent_id' THEN '' ELSE 'parent_id' END
               - CASE WHEN placed.payload ? 'conversation_id' THEN '' ELSE 'conversation_id' END
               = placed.payload - 'timestamp' AS is_replay,
         CASE
           WHEN placed.first_append <> placed.append AND placed.conversation_changes
             OR (placed.conversation).id IS NOT NULL AND (placed.conversation).topic <> ALL (locked) THEN 'AGAIN'
           WHEN placed.type = 'START_CONVERSATION' THEN
             CASE WHEN (placed.conversation).id IS NOT NULL
                    OR EXISTS (SELECT FROM message WHERE message.id = placed.conversation_id OFFSET 0) THEN 'ID_TAKEN' END
           WHEN placed.type = 'UPDATE_MESSAGE' AND (placed.message).id IS NULL THEN 'NO_MESSAGE'
           WHEN (placed.conversation).id IS NULL AND NOT placed.starts_here THEN 'NO_CONVERSATION'
           WHEN placed.privileged IS NOT TRUE
             AND coalesce((placed.conversation).username, placed.actor) IS DISTINCT FROM placed.actor THEN
             CASE WHEN placed.type = 'UPDATE_MESSAGE' THEN 'NO_MESSAGE' ELSE 'NO_CONVERSATION' END
           WHEN placed.type = 'UPDATE_MESSAGE' THEN
             CASE WHEN (placed.message).conversation_id <> placed.conversation_id THEN 'NO_MESSAGE'
                  WHEN (placed.message).role <> 'assistant' THEN 'NOT_A_REPLY'
                  WHEN placed.payload ? 'status' AND (placed.message).status <> 'streaming' THEN 'ALREADY_FINAL' END
           WHEN (placed.conversation).ended_at IS NOT NULL THEN 'ENDED'
           WHEN placed.type = 'ADD_MESSAGE' THEN
             CASE WHEN (placed.message).id IS NOT NULL
                    OR placed.entity_id = placed.conversation_id
                    OR EXISTS (SELECT FROM conversation AS other WHERE other.id = placed.entity_id OFFSET 0)
                    OR placed.entity_id = ANY (placed.added_before) THEN 'ID_TAKEN'
                  WHEN placed.parent_id IS NOT NULL
                    AND NOT coalesce(placed.parent_id = ANY (placed.added_before), false)
                    AND NOT EXISTS (SELECT FROM message AS parent WHERE parent.id = placed.parent_id
                                    AND parent.conversation_id = placed.conversation_id OFFSET 0) THEN 'NO_PARENT' END
         END AS rule
  FROM placed
),
named AS MATERIALIZED (
  SELECT judged.*,
         CASE WHEN judged.rule = 'AGAIN' THEN 'AGAIN'
              WHEN judged.is_replay THEN NULL
              -- Whether an id is taken in a conversation of others is not told.
              WHEN judged.rule IN ('NO_CONVERSATION', 'NO_MESSAGE') THEN judged.rule
              WHEN (judged.known).id IS NOT NULL THEN 'ID_TAKEN'
              ELSE judged.rule END AS own_refusal
  FROM judged
)
SELECT named.ord, named.append, named.id, named.type,
       coalesce((named.conversation).topic, named.topic, first_value(named.topic) OVER (PARTITION BY named.append ORDER BY named.ord)),
       named.conversation_id, named.actor,
       named.payload || CASE named.type
         WHEN 'ADD_MESSAGE' THEN jsonb_build_object('parent_id', named.parent_id)
         WHEN 'UPDATE_MESSAGE' THEN jsonb_build_object('conversation_id', named.conversation_id)
         ELSE '{}' END,
       coalesce((named.conversation).version, 0),
       CASE WHEN named.is_replay THEN (named.known)."offset" END,
       CASE WHEN named.is_replay THEN (named.known).version END,
       CASE WHEN bool_or(named.own_refusal = 'AGAIN') OVER whole_append THEN 'AGAIN'
            WHEN bool_or(named.own_refusal IS NOT NULL) OVER whole_append THEN coalesce(named.own_refusal, 'NEIGHBOUR')
            -- Half of an append can't be in the log: it is all or none.
            WHEN bool_or(named.is_replay) OVER whole_append AND NOT bool_and(named.is_replay) OVER whole_append
              THEN CASE WHEN named.is_replay THEN 'ID_TAKEN' ELSE 'NEIGHBOUR' END
       END,
       CASE named.own_refusal WHEN 'NO_PARENT' THEN named.parent_id WHEN 'NO_CONVERSATION' THEN named.conversation_id
       ELSE named.entity_id END
FROM named
WINDOW whole_append AS (PARTITION BY named.append)
$$;

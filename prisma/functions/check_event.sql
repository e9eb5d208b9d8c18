-- Says of one event of a batch whether it may be appended: the rules of the log.
-- The caller holds the locks of the topics in `locked`, and nothing else writes, so what is read here can't be raced.
--
-- item: as append_events takes it, with what arrange_events adds where it isn't alone. `refusal` is 'AGAIN' where
-- another append of the batch must be seen first (it changes the same conversation), or where the conversation came
-- to be after the locks were chosen: the writer sends those in its next batch.
DROP FUNCTION IF EXISTS check_events(jsonb, text[]);
CREATE OR REPLACE FUNCTION check_event(item jsonb, locked text[])
RETURNS TABLE (
  id text, type event_type, topic text, conversation_id text, actor text, payload jsonb, base_version integer,
  replay_offset bigint, replay_version integer, refusal text
)
LANGUAGE sql STABLE AS $$
SELECT placed.id, placed.type, placed.topic, placed.conversation_id, placed.actor,
       CASE placed.type
         WHEN 'ADD_MESSAGE' THEN placed.payload || jsonb_object(ARRAY['parent_id', placed.parent_id])
         WHEN 'UPDATE_MESSAGE' THEN placed.payload || jsonb_object(ARRAY['conversation_id', placed.conversation_id])
         ELSE placed.payload END,
       coalesce(placed.version, 0),
       CASE WHEN placed.is_replay THEN placed.known_offset END,
       CASE WHEN placed.is_replay THEN placed.known_version END,
       CASE
         WHEN placed.is_late THEN 'AGAIN'
         WHEN placed.is_replay THEN NULL
         WHEN placed.type = 'START_CONVERSATION' THEN
           CASE WHEN placed.known_offset IS NOT NULL OR placed.version IS NOT NULL OR placed.role IS NOT NULL THEN 'ID_TAKEN' END
         WHEN placed.type = 'UPDATE_MESSAGE' AND placed.role IS NULL THEN 'NO_MESSAGE'
         WHEN placed.version IS NULL AND placed.begun IS NULL THEN 'NO_CONVERSATION'
         WHEN placed.is_foreign THEN
           CASE placed.type WHEN 'UPDATE_MESSAGE' THEN 'NO_MESSAGE' ELSE 'NO_CONVERSATION' END
         WHEN placed.is_elsewhere THEN 'NO_MESSAGE'
         -- Below what hides: whether an id is taken in a conversation of others is not told.
         WHEN placed.known_offset IS NOT NULL THEN 'ID_TAKEN'
         WHEN placed.type = 'UPDATE_MESSAGE' THEN
           CASE WHEN placed.role <> 'assistant' THEN 'NOT_A_REPLY'
                WHEN placed.payload ? 'status' AND placed.status <> 'streaming' THEN 'ALREADY_FINAL'
                WHEN placed.payload ?| ARRAY['preferred_over', 'tied_with']
                  AND check_choice(placed.payload) IS NOT NULL THEN 'NOT_A_SIBLING' END
         WHEN placed.type = 'UPDATE_CONVERSATION' THEN NULL
         WHEN placed.ended_at IS NOT NULL THEN 'ENDED'
         WHEN placed.type = 'ADD_MESSAGE' THEN
           CASE WHEN placed.role IS NOT NULL
                  OR placed.entity_id = placed.conversation_id
                  OR (SELECT other.version FROM conversation AS other WHERE other.id = placed.entity_id) IS NOT NULL
                  OR placed.added ? placed.entity_id THEN 'ID_TAKEN'
                WHEN placed.parent_id IS NOT NULL
                  AND NOT coalesce(placed.added ? placed.parent_id, false)
                  AND (SELECT parent.conversation_id FROM message AS parent WHERE parent.id = placed.parent_id)
                      IS DISTINCT FROM placed.conversation_id THEN 'NO_PARENT' END
       END
FROM (
  SELECT e.id, e.type, e.actor, e.payload, e.entity_id, e.begun, e.added,
         coalesce(c.topic, e.topic, e.begun) AS topic,
         coalesce(e.conversation_id, m.conversation_id) AS conversation_id,
         m.role, m.status, c.version, c.ended_at,
         e.is_late OR c.topic IS NOT NULL AND c.topic <> ALL (locked) AS is_late,
         e.privileged IS NOT TRUE AND coalesce(c.username, e.actor) IS DISTINCT FROM e.actor AS is_foreign,
         e.type = 'UPDATE_MESSAGE' AND e.conversation_id <> m.conversation_id AS is_elsewhere,
         -- A message without a parent_id continues what is newest; null as parent_id starts a thread of its own.
         CASE WHEN e.type <> 'ADD_MESSAGE' OR e.payload ? 'parent_id' THEN e.payload ->> 'parent_id'
              ELSE coalesce(e.added ->> -1,
                            (SELECT newest.id FROM message AS newest WHERE newest.conversation_id = e.conversation_id
                             ORDER BY newest.position DESC LIMIT 1)) END AS parent_id,
         known."offset" AS known_offset, known.version AS known_version,
         -- Repeated: the same event by the same actor. The time and what was filled in are not the client's.
         known.type = e.type
           AND (known.actor IS NOT DISTINCT FROM e.actor
             -- A conversation ends once, whoever asks again.
             OR e.type = 'END_CONVERSATION' AND (e.privileged OR c.username = e.actor))
           AND known.conversation_id = coalesce(e.conversation_id, m.conversation_id)
           AND known.topic = coalesce(e.topic, known.topic)
           AND known.payload - 'timestamp'
               - CASE WHEN e.payload ? 'parent_id' THEN '' ELSE 'parent_id' END
               - CASE WHEN e.payload ? 'conversation_id' THEN '' ELSE 'conversation_id' END
               = e.payload - 'timestamp' AS is_replay
  FROM (
    SELECT item ->> 'id' AS id, (item ->> 'type')::event_type AS type, item ->> 'topic' AS topic,
           item ->> 'conversation_id' AS conversation_id, item ->> 'actor' AS actor,
           (item ->> 'privileged')::boolean AS privileged, item -> 'payload' AS payload,
           item -> 'payload' ->> 'id' AS entity_id,
           (item ->> 'late')::boolean AS is_late, item ->> 'begun' AS begun, item -> 'added' AS added
    -- OFFSET 0, here and below, has each value computed once, and not again wherever it is used.
    OFFSET 0
  ) AS e
  LEFT JOIN message AS m ON e.type NOT IN ('END_CONVERSATION', 'UPDATE_CONVERSATION')
    AND m.id = CASE e.type WHEN 'START_CONVERSATION' THEN e.conversation_id ELSE e.entity_id END
  LEFT JOIN conversation AS c ON c.id = coalesce(e.conversation_id, m.conversation_id)
  LEFT JOIN event AS known ON known.id = e.id
  OFFSET 0
) AS placed
$$;

-- Validates one event of a batch: the rules of the log. The caller holds the locks of the topics in `locked`, and nothing
-- else writes, so what is read here can't be raced. `outcome` is null of an event that is to be written.
--
-- The order of the rules is their meaning: rules 4 to 6 hide conversations of others, so no rule behind them may
-- be tried before them. test/log/append-rules.int.test.ts has a case for each refusal.
CREATE OR REPLACE FUNCTION check_event(item annotated_item, locked text[])
RETURNS TABLE (
  id text,
  type event_type,
  topic text,
  conversation_id text,
  actor text,
  payload jsonb,
  base_version integer,
  replay_offset bigint,
  replay_version integer,
  outcome append_outcome
)
LANGUAGE sql STABLE AS $$
SELECT
  r.id, r.type, r.topic, r.conversation_id, r.actor,
  CASE r.type
    WHEN 'ADD_MESSAGE' THEN r.payload || jsonb_object(ARRAY['parent_id', r.parent_id])
    WHEN 'UPDATE_MESSAGE' THEN r.payload || jsonb_object(ARRAY['conversation_id', r.conversation_id])
    ELSE r.payload
  END,
  coalesce(r.version, 0),
  CASE WHEN r.is_replay THEN r.existing_offset END,
  CASE WHEN r.is_replay THEN r.existing_version END,
  CASE
    -- 1. Another append of the batch must be seen first, or the conversation was created after the locks were taken.
    WHEN r.must_wait THEN 'RETRY_NEXT_BATCH'
    -- 2. A repeated event is answered as before.
    WHEN r.is_replay THEN 'REPLAYED'
    -- 3. Ids are unique among all things.
    WHEN r.type = 'START_CONVERSATION' THEN CASE
      WHEN r.existing_offset IS NOT NULL OR r.version IS NOT NULL OR r.role IS NOT NULL THEN 'ID_TAKEN'
    END
    -- 4. What an event is about exists.
    WHEN r.type = 'UPDATE_MESSAGE' AND r.role IS NULL THEN 'NO_MESSAGE'
    WHEN r.version IS NULL AND r.started_topic IS NULL THEN 'NO_CONVERSATION'
    -- 5. It is the actor's own, or the actor is privileged.
    WHEN r.is_of_others THEN CASE r.type WHEN 'UPDATE_MESSAGE' THEN 'NO_MESSAGE' ELSE 'NO_CONVERSATION' END
    -- 6. A message is of the conversation that the event names.
    WHEN r.is_elsewhere THEN 'NO_MESSAGE'
    -- 7. The id of an event is new.
    WHEN r.existing_offset IS NOT NULL THEN 'ID_TAKEN'
    WHEN r.type = 'UPDATE_MESSAGE' THEN CASE
      -- 8. Only replies take feedback and an end, and an end once; a choice is between siblings.
      WHEN r.role <> 'assistant' THEN 'NOT_A_REPLY'
      WHEN r.payload ? 'status' AND r.status <> 'streaming' THEN 'ALREADY_FINAL'
      WHEN r.payload ?| ARRAY['preferred_over', 'tied_with']
        AND check_choice(r.payload) IS NOT NULL THEN 'NOT_A_SIBLING'
      -- 9. Feedback that changes nothing is no event, if the writer asks for that.
      WHEN r.skips_unchanged AND is_unchanged(r.type, r.payload, r.conversation_id, r.owner) THEN 'UNCHANGED'
    END
    WHEN r.type = 'UPDATE_CONVERSATION' THEN CASE
      WHEN r.skips_unchanged AND is_unchanged(r.type, r.payload, r.conversation_id, r.owner) THEN 'UNCHANGED'
    END
    -- 10. A conversation that has ended takes feedback and the end of a reply, and nothing else.
    WHEN r.ended_at IS NOT NULL THEN 'ENDED'
    WHEN r.type = 'ADD_MESSAGE' THEN CASE
      -- 3. Again, for messages.
      WHEN r.role IS NOT NULL
        OR r.entity_id = r.conversation_id
        OR (SELECT other.version FROM conversation AS other WHERE other.id = r.entity_id) IS NOT NULL
        OR r.entity_id = ANY (r.added_message_ids) THEN 'ID_TAKEN'
      -- 11. The parent is a message of the same conversation.
      WHEN r.parent_id IS NOT NULL
        AND NOT coalesce(r.parent_id = ANY (r.added_message_ids), false)
        AND (SELECT parent.conversation_id FROM message AS parent WHERE parent.id = r.parent_id)
          IS DISTINCT FROM r.conversation_id THEN 'NO_PARENT'
    END
  END::append_outcome
FROM (
  SELECT
    i.id, i.type, i.actor, i.payload, i.entity_id, i.started_topic, i.added_message_ids, i.skips_unchanged,
    coalesce(c.topic, i.topic, i.started_topic) AS topic,
    coalesce(i.conversation_id, m.conversation_id) AS conversation_id,
    m.role, m.status, c.version, c.ended_at, c.username AS owner,
    i.must_wait OR c.topic IS NOT NULL AND c.topic <> ALL (locked) AS must_wait,
    i.is_privileged IS NOT TRUE AND coalesce(c.username, i.actor) IS DISTINCT FROM i.actor AS is_of_others,
    i.type = 'UPDATE_MESSAGE' AND i.conversation_id <> m.conversation_id AS is_elsewhere,
    -- A message without a parent_id continues the newest one; null as parent_id starts a thread of its own.
    CASE
      WHEN i.type <> 'ADD_MESSAGE' OR i.payload ? 'parent_id' THEN i.payload ->> 'parent_id'
      ELSE coalesce(
        i.added_message_ids[cardinality(i.added_message_ids)],
        (
          SELECT newest.id
          FROM message AS newest
          WHERE newest.conversation_id = i.conversation_id
          ORDER BY newest.position DESC LIMIT 1
        )
      )
    END AS parent_id,
    existing."offset" AS existing_offset, existing.version AS existing_version,
    -- Repeated: the same event by the same actor. The time and what was filled in are not the client's.
    existing.type = i.type
      AND (
        existing.actor IS NOT DISTINCT FROM i.actor
        -- A conversation ends once, no matter who asks again.
        OR i.type = 'END_CONVERSATION' AND (i.is_privileged OR c.username = i.actor)
      )
      AND existing.conversation_id = coalesce(i.conversation_id, m.conversation_id)
      AND existing.topic = coalesce(i.topic, existing.topic)
      AND existing.payload - 'timestamp' - CASE WHEN i.payload ? 'parent_id' THEN '' ELSE 'parent_id' END
        - CASE WHEN i.payload ? 'conversation_id' THEN '' ELSE 'conversation_id' END
        = i.payload - 'timestamp' AS is_replay
  FROM (
    SELECT (item).*, (item).payload ->> 'id' AS entity_id
    -- OFFSET 0, here and below, has each value computed once, and not again wherever it is used.
    OFFSET 0
  ) AS i
  LEFT JOIN message AS m ON i.type NOT IN ('END_CONVERSATION', 'UPDATE_CONVERSATION')
    AND m.id = CASE i.type WHEN 'START_CONVERSATION' THEN i.conversation_id ELSE i.entity_id END
  LEFT JOIN conversation AS c ON c.id = coalesce(i.conversation_id, m.conversation_id)
  LEFT JOIN event AS existing ON existing.id = i.id
  OFFSET 0
) AS r
$$;

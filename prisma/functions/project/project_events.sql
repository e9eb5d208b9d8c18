-- Brings the projections up to the given events, which are in the log, in its order, and none left out.
-- What an event means is said here and, a second time, in src/log/fold; a test holds the two equal.
-- Payloads keep the reference's convention: absent or "" means unchanged, null means withdrawn.
CREATE OR REPLACE FUNCTION project_events(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  types event_type[];
  round event[];
  has_choice boolean;
BEGIN
  -- Most batches hold one event: no query is needed to find its type.
  IF cardinality(events) = 1 THEN
    types := ARRAY[events[1].type];
  ELSE
    types := ARRAY(SELECT DISTINCT e.type FROM unnest(events) AS e);
  END IF;

  IF 'START_CONVERSATION' = ANY (types) THEN
    INSERT INTO conversation (
      id, topic, model_id, model_metadata, username, title, metadata, version, started_at
    )
    SELECT
      e.conversation_id, e.topic,
      coalesce(e.payload -> 'model' ->> 'id', ''),
      coalesce(e.payload -> 'model' -> 'metadata', '{}'),
      coalesce(e.payload ->> 'username', ''),
      nullif(e.payload ->> 'title', ''),
      coalesce(e.payload -> 'metadata', '{}'),
      e.version,
      occurred_at(e.payload, e.recorded_at)
    FROM unnest(events) AS e
    WHERE e.type = 'START_CONVERSATION';
  END IF;

  IF 'ADD_MESSAGE' = ANY (types) THEN
    INSERT INTO message (
      id, conversation_id, parent_id, position, role, content, reasoning, status, error, model_id, parameters,
      finish_reason, usage, timings, metadata, created_at
    )
    SELECT
      e.payload ->> 'id', e.conversation_id, e.payload ->> 'parent_id', e.version,
      (e.payload ->> 'role')::role,
      e.payload ->> 'content',
      nullif(e.payload ->> 'reasoning', ''),
      coalesce((e.payload ->> 'status')::message_status, 'complete'),
      e.payload ->> 'error', e.payload ->> 'model', e.payload -> 'parameters', e.payload ->> 'finish_reason',
      e.payload -> 'usage', e.payload -> 'timings',
      coalesce(e.payload -> 'metadata', '{}'),
      occurred_at(e.payload, e.recorded_at)
    FROM unnest(events) AS e
    WHERE e.type = 'ADD_MESSAGE';
  END IF;

  IF 'UPDATE_MESSAGE' = ANY (types) AND (cardinality(events) > 1 OR events[1].payload ? 'status') THEN
    UPDATE message SET
      status = (e.payload ->> 'status')::message_status,
      content = coalesce(e.payload ->> 'content', message.content),
      reasoning = nullif(e.payload ->> 'reasoning', ''),
      error = e.payload ->> 'error', finish_reason = e.payload ->> 'finish_reason',
      usage = e.payload -> 'usage', timings = e.payload -> 'timings'
    FROM unnest(events) AS e
    WHERE e.type = 'UPDATE_MESSAGE' AND e.payload ? 'status' AND message.id = e.payload ->> 'id';
  END IF;

  IF 'UPDATE_MESSAGE' = ANY (types) AND cardinality(events) = 1 THEN
    IF has_feedback(events[1].payload) THEN
      PERFORM project_feedback(events);
    END IF;
  ELSIF 'UPDATE_MESSAGE' = ANY (types) THEN
    -- The first event of each author and source on a message, then the second, and so on. A choice between siblings
    -- also changes the feedback on the others.
    has_choice := EXISTS (
      SELECT FROM unnest(events) AS e WHERE e.payload ?| ARRAY['preferred_over', 'tied_with']
    );
    FOR round IN
      SELECT array_agg(numbered.event)
      FROM (
        SELECT
          e AS event,
          row_number() OVER (
            PARTITION BY
              CASE WHEN has_choice THEN e.conversation_id ELSE e.payload ->> 'id' END,
              author_of(e.payload, c.username),
              source_of(e.payload)
            ORDER BY e.topic, e."offset"
          ) AS round
        FROM unnest(events) AS e
        JOIN conversation AS c ON c.id = e.conversation_id
        WHERE e.type = 'UPDATE_MESSAGE' AND has_feedback(e.payload)
      ) AS numbered
      GROUP BY numbered.round
      ORDER BY numbered.round
    LOOP
      PERFORM project_feedback(round);
    END LOOP;
  END IF;

  IF 'END_CONVERSATION' = ANY (types) THEN
    UPDATE conversation SET ended_at = occurred_at(e.payload, e.recorded_at)
    FROM unnest(events) AS e
    WHERE e.type = 'END_CONVERSATION' AND conversation.id = e.conversation_id;
  END IF;

  IF types && '{ADD_MESSAGE,END_CONVERSATION}'
    OR EXISTS (
      SELECT FROM unnest(events) AS e WHERE e.payload ? 'signal' OR e.payload ->> 'status' = 'stopped'
    )
  THEN
    PERFORM project_replies(events);
  END IF;

  IF 'UPDATE_CONVERSATION' = ANY (types) THEN
    PERFORM project_conversation_feedback(events);
  END IF;

  UPDATE conversation SET version = newest.version
  FROM (SELECT e.conversation_id, max(e.version) AS version FROM unnest(events) AS e GROUP BY 1) AS newest
  WHERE conversation.id = newest.conversation_id AND conversation.version < newest.version;
END
$$;

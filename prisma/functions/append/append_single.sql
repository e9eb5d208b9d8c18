-- Appends a batch of one event, of a conversation that exists: what an idle server is sent. Most of its time goes to
-- starting statements, so it gets few and small ones: no windows, no numbering, and its offset with the lock.
-- Returns null, with nothing done, if that is not enough: the event starts a conversation, is refused, or repeats another.
CREATE OR REPLACE FUNCTION append_single(item append_item) RETURNS append_answer
LANGUAGE plpgsql AS $$
DECLARE
  topic_name text;
  next bigint;
  checked record;
  appended event;
  answer append_answer;
BEGIN
  UPDATE topic SET next_offset = topic.next_offset + 1
  WHERE topic.name = (
    SELECT c.topic
    FROM conversation AS c
    WHERE c.id = coalesce(
      item.conversation_id, (SELECT m.conversation_id FROM message AS m WHERE m.id = item.payload ->> 'id')
    )
  )
  RETURNING topic.name, topic.next_offset - 1
  INTO topic_name, next;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;

  IF item.type = 'UPDATE_MESSAGE'
    AND NOT item.payload ?| ARRAY['status', 'signal', 'tags', 'preferred_over', 'tied_with']
  THEN
    answer := append_single_feedback(item, topic_name, next);
  END IF;
  IF answer.outcome IS NULL THEN
    SELECT c.*
    INTO checked
    FROM check_event(ROW((item).*, 1, false, NULL, NULL)::annotated_item, ARRAY[topic_name]) AS c;
    IF checked.outcome IS NULL THEN
      INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
      VALUES (
        checked.id, topic_name, next, checked.type, checked.conversation_id, checked.base_version + 1,
        checked.actor, clock_timestamp(), checked.payload
      )
      RETURNING *
      INTO appended;
      PERFORM project_events(ARRAY[appended]);
      answer := ROW(
        'APPENDED', NULL, topic_name, appended.conversation_id, next, appended.version
      )::append_answer;
    END IF;
  END IF;

  -- The offset is given back, or the log would have a hole.
  IF answer.outcome IS DISTINCT FROM 'APPENDED' THEN
    UPDATE topic SET next_offset = next WHERE topic.name = topic_name;
  END IF;
  RETURN answer;
END
$$;

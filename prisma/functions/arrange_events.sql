-- Says of each event of a batch how it stands to those before it, since check_event sees one at a time.
--
-- An append is a group of events of one conversation. What is added to an item: `late`, whether another append goes
-- first, since one of the two changes their conversation; of the events before it in its own append `begun`, the
-- topic of a conversation that starts there, and `added`, the ids of the messages; and its conversation_id.
CREATE OR REPLACE FUNCTION arrange_events(batch jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT jsonb_agg(seen.item || jsonb_build_object(
             'conversation_id', seen.conversation_id,
             'late', seen.first_append <> seen.append AND seen.conversation_changes,
             'begun', seen.begun, 'added', seen.added) ORDER BY seen.ord)
    FROM (
      SELECT e.item, e.ord, e.append, e.conversation_id,
             max(e.topic) FILTER (WHERE e.type = 'START_CONVERSATION') OVER before AS begun,
             jsonb_agg(e.entity_id) FILTER (WHERE e.type = 'ADD_MESSAGE') OVER before AS added,
             min(e.append) OVER conversation AS first_append,
             bool_or(e.is_structural) OVER conversation AS conversation_changes
      FROM (
        SELECT i.item, i.ord, (i.item ->> 'append')::integer AS append, i.item ->> 'type' AS type, i.item ->> 'topic' AS topic,
               i.item -> 'payload' ->> 'id' AS entity_id,
               coalesce(i.item ->> 'conversation_id', m.conversation_id) AS conversation_id,
               i.item ->> 'type' NOT IN ('UPDATE_MESSAGE', 'UPDATE_CONVERSATION')
                 OR i.item -> 'payload' ? 'status' AS is_structural
        FROM jsonb_array_elements(batch) WITH ORDINALITY AS i (item, ord)
        LEFT JOIN message AS m ON NOT i.item ? 'conversation_id' AND m.id = i.item -> 'payload' ->> 'id'
        OFFSET 0
      ) AS e
      WINDOW before AS (PARTITION BY e.append ORDER BY e.ord ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
             conversation AS (PARTITION BY e.conversation_id)
    ) AS seen
  );
END
$$;

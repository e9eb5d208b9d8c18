-- Adds to each item of a batch what the items before it mean for it, since check_event sees one at a time.
CREATE OR REPLACE FUNCTION annotate_batch(items append_item[]) RETURNS SETOF annotated_item
LANGUAGE sql STABLE AS $$
SELECT
  e.append, e.id, e.type, e.topic, e.conversation_id, e.actor, e.is_privileged, e.skips_unchanged, e.payload,
  e.position,
  -- One of the two changes their conversation; or both give the same author's feedback, which may then be unchanged.
  min(e.append) OVER conversation <> e.append AND bool_or(e.is_structural) OVER conversation
    OR coalesce(e.skips_unchanged AND min(e.append) OVER author <> e.append, false),
  max(e.topic) FILTER (WHERE e.type = 'START_CONVERSATION') OVER earlier,
  array_agg(e.payload ->> 'id') FILTER (WHERE e.type = 'ADD_MESSAGE') OVER earlier
FROM (
  SELECT
    i.append, i.id, i.type, i.topic,
    coalesce(i.conversation_id, m.conversation_id) AS conversation_id,
    i.actor, i.is_privileged, i.skips_unchanged, i.payload, i.ordinality AS position,
    i.type NOT IN ('UPDATE_MESSAGE', 'UPDATE_CONVERSATION') OR i.payload ? 'status' AS is_structural
  FROM unnest(items) WITH ORDINALITY AS i
  LEFT JOIN message AS m ON i.conversation_id IS NULL AND m.id = i.payload ->> 'id'
  OFFSET 0
) AS e
WINDOW
  earlier AS (PARTITION BY e.append ORDER BY e.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
  conversation AS (PARTITION BY e.conversation_id),
  author AS (PARTITION BY e.conversation_id, e.payload ->> 'username', e.payload ->> 'source')
$$;

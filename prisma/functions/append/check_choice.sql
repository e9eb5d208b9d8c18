-- Of the replies that an update compares its message with, the first that can't be compared: the message itself, one
-- that is not a reply beside it, or one that is named twice. Null if all can be.
CREATE OR REPLACE FUNCTION check_choice(payload jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT named.id
FROM message AS m,
  (
    SELECT id, ord, row_number() OVER (PARTITION BY id ORDER BY ord) AS times
    FROM (VALUES ('preferred_over'), ('tied_with')) AS list (name),
      jsonb_array_elements_text(
        CASE jsonb_typeof(payload -> list.name) WHEN 'array' THEN payload -> list.name END
      ) WITH ORDINALITY AS e (id, ord)
  ) AS named
LEFT JOIN message AS s ON s.id = named.id
WHERE m.id = payload ->> 'id'
  AND (
    s.id = m.id
    OR named.times > 1
    OR s.role IS DISTINCT FROM 'assistant'
    OR s.conversation_id <> m.conversation_id
    OR s.parent_id IS DISTINCT FROM m.parent_id
  )
ORDER BY named.ord LIMIT 1
$$;

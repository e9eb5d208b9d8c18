-- An author chooses once among the replies to one prompt: a choice that an event makes ends the one that the author
-- had made, in the same capacity, at another of the siblings.
CREATE OR REPLACE FUNCTION project_choices(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  WITH ended AS MATERIALIZED (
    SELECT f.message_id, f.username, f.source, chosen.said_at,
           num_nonnulls(f.rating, f.score, f.comment, f.correction) = 0 AND f.tags = '{}' AS is_empty
    FROM (
      SELECT m.id, m.parent_id, m.conversation_id,
             coalesce((e.payload ->> 'timestamp')::timestamptz, e.recorded_at) AS said_at,
             coalesce(nullif(e.payload ->> 'username', ''), c.username) AS username,
             coalesce(nullif(e.payload ->> 'source', '')::feedback_source, 'end_user') AS source
      FROM unnest(events) AS e
      JOIN message AS m ON m.id = e.payload ->> 'id'
      JOIN conversation AS c ON c.id = e.conversation_id
      WHERE jsonb_typeof(e.payload -> 'preferred_over') = 'array' AND e.payload -> 'preferred_over' <> '[]'
        OR jsonb_typeof(e.payload -> 'tied_with') = 'array' AND e.payload -> 'tied_with' <> '[]'
    ) AS chosen
    CROSS JOIN LATERAL (
      SELECT s.id FROM message AS s WHERE s.parent_id = chosen.parent_id
      UNION ALL
      SELECT s.id FROM message AS s
      WHERE chosen.parent_id IS NULL AND s.parent_id IS NULL AND s.conversation_id = chosen.conversation_id
    ) AS sibling
    JOIN feedback AS f ON f.message_id = sibling.id AND f.username = chosen.username AND f.source = chosen.source
    WHERE sibling.id <> chosen.id AND (f.preferred_over <> '{}' OR f.tied_with <> '{}')
  ),
  deleted AS (
    DELETE FROM feedback AS f USING ended
    WHERE ended.is_empty AND (f.message_id, f.username, f.source) = (ended.message_id, ended.username, ended.source)
  )
  UPDATE feedback AS f SET preferred_over = '{}', tied_with = '{}', updated_at = ended.said_at
  FROM ended
  WHERE NOT ended.is_empty AND (f.message_id, f.username, f.source) = (ended.message_id, ended.username, ended.source);
END
$$;

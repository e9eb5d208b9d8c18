-- An author makes one choice among the replies to one prompt: a choice that an event makes ends the one that the same
-- author had made, in the same role, at another of the siblings.
CREATE OR REPLACE FUNCTION project_choices(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  WITH ended AS MATERIALIZED (
    SELECT f.message_id, f.username, f.source, chosen.given_at, is_empty(remaining) AS is_empty
    FROM (
      SELECT
        m.id, m.parent_id, m.conversation_id,
        occurred_at(e.payload, e.recorded_at) AS given_at,
        author_of(e.payload, c.username) AS username,
        source_of(e.payload) AS source
      FROM unnest(events) AS e
      JOIN message AS m ON m.id = e.payload ->> 'id'
      JOIN conversation AS c ON c.id = e.conversation_id
      WHERE jsonb_typeof(e.payload -> 'preferred_over') = 'array' AND e.payload -> 'preferred_over' <> '[]'
        OR jsonb_typeof(e.payload -> 'tied_with') = 'array' AND e.payload -> 'tied_with' <> '[]'
    ) AS chosen
    CROSS JOIN LATERAL (
      SELECT s.id
      FROM message AS s
      WHERE s.parent_id = chosen.parent_id
      UNION ALL
      SELECT s.id
      FROM message AS s
      WHERE chosen.parent_id IS NULL AND s.parent_id IS NULL AND s.conversation_id = chosen.conversation_id
    ) AS sibling
    JOIN feedback AS f ON f.message_id = sibling.id
      AND f.username = chosen.username
      AND f.source = chosen.source
    CROSS JOIN LATERAL read_feedback(f.message_id, f.username, f.source) AS old
    CROSS JOIN LATERAL merge_feedback(old, '{"preferred_over": null, "tied_with": null}') AS remaining
    WHERE sibling.id <> chosen.id AND (f.preferred_over <> '{}' OR f.tied_with <> '{}')
  ),
  deleted AS (
    DELETE FROM feedback AS f USING ended
    WHERE ended.is_empty
      AND (f.message_id, f.username, f.source) = (ended.message_id, ended.username, ended.source)
  )
  UPDATE feedback AS f SET preferred_over = '{}', tied_with = '{}', updated_at = ended.given_at
  FROM ended
  WHERE NOT ended.is_empty
    AND (f.message_id, f.username, f.source) = (ended.message_id, ended.username, ended.source);
END
$$;

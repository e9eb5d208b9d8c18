-- The feedback part of project_events: one row per message, author and source. Of the given events no two may be of
-- the same row, since each continues from the row as it is.
CREATE OR REPLACE FUNCTION project_feedback(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  has_empty boolean;
BEGIN
  WITH written AS (
    INSERT INTO feedback
      (message_id, username, source, rating, score, comment, tags, correction, created_at, updated_at)
    SELECT given.message_id, given.username, given.source,
      CASE WHEN given.payload -> 'rating' <> '""' THEN (given.payload ->> 'rating')::rating ELSE old.rating END,
      CASE WHEN given.payload -> 'score' <> '""' THEN (given.payload ->> 'score')::double precision ELSE old.score END,
      CASE WHEN given.payload -> 'feedback' <> '""' THEN given.payload ->> 'feedback' ELSE old.comment END,
      CASE WHEN given.payload -> 'tags' <> '""' THEN
        CASE jsonb_typeof(given.payload -> 'tags') WHEN 'array'
          THEN ARRAY(SELECT jsonb_array_elements_text(given.payload -> 'tags')) ELSE '{}' END
        ELSE coalesce(old.tags, '{}') END,
      CASE WHEN given.payload -> 'correction' <> '""' THEN given.payload ->> 'correction' ELSE old.correction END,
      given.recorded_at, given.recorded_at
    FROM (
      SELECT e.payload, e.recorded_at, e.payload ->> 'id' AS message_id,
             coalesce(nullif(e.payload ->> 'username', ''),
                      (SELECT c.username FROM conversation AS c WHERE c.id = e.conversation_id)) AS username,
             coalesce(nullif(e.payload ->> 'source', '')::feedback_source, 'end_user') AS source
      FROM unnest(events) AS e
      WHERE e.type = 'UPDATE_MESSAGE' AND e.payload ?| ARRAY['rating', 'score', 'feedback', 'tags', 'correction']
      OFFSET 0
    ) AS given
    LEFT JOIN feedback AS old USING (message_id, username, source)
    ON CONFLICT (message_id, username, source) DO UPDATE SET
      rating = excluded.rating, score = excluded.score, comment = excluded.comment, tags = excluded.tags,
      correction = excluded.correction, updated_at = excluded.updated_at
    RETURNING num_nonnulls(rating, score, comment, correction) = 0 AND tags = '{}' AS is_empty
  )
  SELECT bool_or(is_empty) INTO has_empty FROM written;

  -- What was withdrawn in all its parts leaves nothing behind that could be counted.
  IF has_empty THEN
    DELETE FROM feedback USING unnest(events) AS e
    WHERE feedback.message_id = e.payload ->> 'id'
      AND num_nonnulls(rating, score, comment, correction) = 0 AND tags = '{}';
  END IF;
END
$$;

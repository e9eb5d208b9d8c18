-- The feedback part of project_events: one row per message, author and source. Several updates of one row in the
-- same batch are merged field by field, the newest that mentions a field deciding it.
CREATE OR REPLACE FUNCTION project_feedback(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feedback (message_id, username, source, rating, score, comment, tags, correction, created_at, updated_at)
  SELECT given.message_id, given.username, given.source,
         CASE WHEN given.rating IS NULL THEN old.rating ELSE (given.rating #>> '{}')::rating END,
         CASE WHEN given.score IS NULL THEN old.score ELSE (given.score #>> '{}')::double precision END,
         CASE WHEN given.comment IS NULL THEN old.comment ELSE given.comment #>> '{}' END,
         CASE WHEN given.tags IS NULL THEN coalesce(old.tags, '{}')
              ELSE ARRAY(SELECT jsonb_array_elements_text(nullif(given.tags, 'null'))) END,
         CASE WHEN given.correction IS NULL THEN old.correction ELSE given.correction #>> '{}' END,
         coalesce(old.created_at, given.recorded_at), given.recorded_at
  FROM (
    SELECT u.message_id, u.username, u.source, max(u.recorded_at) AS recorded_at,
           (array_agg(u.payload -> 'rating' ORDER BY u."offset" DESC) FILTER (WHERE u.payload -> 'rating' <> '""'))[1] AS rating,
           (array_agg(u.payload -> 'score' ORDER BY u."offset" DESC) FILTER (WHERE u.payload -> 'score' <> '""'))[1] AS score,
           (array_agg(u.payload -> 'feedback' ORDER BY u."offset" DESC) FILTER (WHERE u.payload -> 'feedback' <> '""'))[1] AS comment,
           (array_agg(u.payload -> 'tags' ORDER BY u."offset" DESC) FILTER (WHERE u.payload -> 'tags' <> '""'))[1] AS tags,
           (array_agg(u.payload -> 'correction' ORDER BY u."offset" DESC) FILTER (WHERE u.payload -> 'correction' <> '""'))[1] AS correction
    FROM (
      SELECT e."offset", e.recorded_at, e.payload, e.payload ->> 'id' AS message_id,
             coalesce(nullif(e.payload ->> 'username', ''), c.username) AS username,
             coalesce((nullif(e.payload ->> 'source', ''))::feedback_source, 'end_user') AS source
      FROM unnest(events) AS e
      JOIN conversation AS c ON c.id = e.conversation_id
      WHERE e.type = 'UPDATE_MESSAGE' AND e.payload ?| ARRAY['rating', 'score', 'feedback', 'tags', 'correction']
    ) AS u
    GROUP BY 1, 2, 3
  ) AS given
  LEFT JOIN feedback AS old USING (message_id, username, source)
  ON CONFLICT (message_id, username, source) DO UPDATE
  SET rating = excluded.rating, score = excluded.score, comment = excluded.comment, tags = excluded.tags,
      correction = excluded.correction, updated_at = excluded.updated_at;

  -- What was withdrawn in all its parts leaves nothing behind that could be counted.
  DELETE FROM feedback AS f
  USING (SELECT DISTINCT e.payload ->> 'id' AS message_id FROM unnest(events) AS e WHERE e.type = 'UPDATE_MESSAGE') AS touched
  WHERE f.message_id = touched.message_id AND f.rating IS NULL AND f.score IS NULL AND f.comment IS NULL
    AND f.tags = '{}' AND f.correction IS NULL;
END
$$;

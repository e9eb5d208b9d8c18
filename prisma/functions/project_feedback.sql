-- The feedback part of project_events: one row per message, author and source, one event after the other.
CREATE OR REPLACE FUNCTION project_feedback(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  given record;
  is_empty boolean;
BEGIN
  FOR given IN
    SELECT e.payload, e.recorded_at, e.payload ->> 'id' AS message_id,
           coalesce(nullif(e.payload ->> 'username', ''), c.username) AS username,
           coalesce(nullif(e.payload ->> 'source', '')::feedback_source, 'end_user') AS source
    FROM unnest(events) AS e
    JOIN conversation AS c ON c.id = e.conversation_id
    WHERE e.type = 'UPDATE_MESSAGE' AND e.payload ?| ARRAY['rating', 'score', 'feedback', 'tags', 'correction']
    ORDER BY e.topic, e."offset"
  LOOP
    INSERT INTO feedback AS old
      (message_id, username, source, rating, score, comment, tags, correction, created_at, updated_at)
    VALUES (
      given.message_id, given.username, given.source, nullif(given.payload ->> 'rating', '')::rating,
      nullif(given.payload ->> 'score', '')::double precision, nullif(given.payload ->> 'feedback', ''),
      CASE jsonb_typeof(given.payload -> 'tags') WHEN 'array'
        THEN ARRAY(SELECT jsonb_array_elements_text(given.payload -> 'tags')) ELSE '{}' END,
      nullif(given.payload ->> 'correction', ''), given.recorded_at, given.recorded_at)
    ON CONFLICT (message_id, username, source) DO UPDATE SET
      rating = CASE WHEN given.payload -> 'rating' <> '""' THEN excluded.rating ELSE old.rating END,
      score = CASE WHEN given.payload -> 'score' <> '""' THEN excluded.score ELSE old.score END,
      comment = CASE WHEN given.payload -> 'feedback' <> '""' THEN excluded.comment ELSE old.comment END,
      tags = CASE WHEN given.payload -> 'tags' <> '""' THEN excluded.tags ELSE old.tags END,
      correction = CASE WHEN given.payload -> 'correction' <> '""' THEN excluded.correction ELSE old.correction END,
      updated_at = excluded.updated_at
    RETURNING num_nonnulls(rating, score, comment, correction) = 0 AND tags = '{}' INTO is_empty;

    -- What was withdrawn in all its parts leaves nothing behind that could be counted.
    IF is_empty THEN
      DELETE FROM feedback
      WHERE message_id = given.message_id AND username = given.username AND source = given.source;
    END IF;
  END LOOP;
END
$$;

-- The feedback that events tell of: for each what its author had said of the reply before, and what they say now.
-- Absent or "" means unchanged, null means withdrawn. Inlined into the statements that use it.
CREATE OR REPLACE FUNCTION read_feedback(events event[])
RETURNS TABLE (
  message_id text, username text, source feedback_source, topic text, half_hour timestamptz, model_id text, said_at timestamptz,
  old_rating rating, old_score double precision, old_comment text, old_correction text, old_tags text[],
  rating rating, score double precision, comment text, correction text, tags text[], preferred_over text[], tied_with text[]
)
LANGUAGE sql STABLE AS $$
SELECT message_id, username, source, topic, half_hour, model_id, said_at,
  old.rating, old.score, old.comment, old.correction, coalesce(old.tags, '{}'),
  CASE WHEN payload -> 'rating' <> '""' THEN (payload ->> 'rating')::rating ELSE old.rating END,
  CASE WHEN payload -> 'score' <> '""' THEN (payload ->> 'score')::double precision ELSE old.score END,
  CASE WHEN payload -> 'feedback' <> '""' THEN payload ->> 'feedback' ELSE old.comment END,
  CASE WHEN payload -> 'correction' <> '""' THEN payload ->> 'correction' ELSE old.correction END,
  CASE WHEN payload -> 'tags' <> '""' THEN ARRAY(SELECT jsonb_array_elements_text(nullif(payload -> 'tags', 'null')))
    ELSE coalesce(old.tags, '{}') END,
  CASE WHEN payload -> 'preferred_over' <> '""'
    THEN ARRAY(SELECT jsonb_array_elements_text(nullif(payload -> 'preferred_over', 'null')))
    ELSE coalesce(old.preferred_over, '{}') END,
  CASE WHEN payload -> 'tied_with' <> '""'
    THEN ARRAY(SELECT jsonb_array_elements_text(nullif(payload -> 'tied_with', 'null')))
    ELSE coalesce(old.tied_with, '{}') END
FROM (
  SELECT e.payload, coalesce((e.payload ->> 'timestamp')::timestamptz, e.recorded_at) AS said_at, e.topic, m.id AS message_id,
         coalesce(nullif(e.payload ->> 'username', ''), c.username) AS username,
         coalesce(nullif(e.payload ->> 'source', '')::feedback_source, 'end_user') AS source,
         half_hour_of(m.created_at) AS half_hour, coalesce(nullif(m.model_id, ''), c.model_id) AS model_id
  FROM unnest(events) AS e
  JOIN message AS m ON m.id = e.payload ->> 'id'
  JOIN conversation AS c ON c.id = e.conversation_id
  WHERE e.type = 'UPDATE_MESSAGE'
    AND e.payload ?| ARRAY['rating', 'score', 'feedback', 'tags', 'correction', 'preferred_over', 'tied_with']
  OFFSET 0
) AS given
LEFT JOIN feedback AS old USING (message_id, username, source)
$$;

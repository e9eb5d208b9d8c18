-- What people say of whole conversations: one row per conversation, author and source. It counts in no statistics,
-- which are about replies. One event after the other: there are few.
CREATE OR REPLACE FUNCTION project_impressions(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  e event;
BEGIN
  FOREACH e IN ARRAY events LOOP
    CONTINUE WHEN e.type <> 'UPDATE_CONVERSATION' OR NOT e.payload ?| ARRAY['rating', 'score', 'feedback', 'tags'];
    INSERT INTO conversation_feedback AS held
      (conversation_id, username, source, rating, score, comment, tags, created_at, updated_at)
    SELECT e.conversation_id, coalesce(nullif(e.payload ->> 'username', ''), c.username),
           coalesce(nullif(e.payload ->> 'source', '')::feedback_source, 'end_user'),
           nullif(e.payload ->> 'rating', '')::rating, nullif(e.payload ->> 'score', '')::double precision,
           nullif(e.payload ->> 'feedback', ''),
           ARRAY(SELECT jsonb_array_elements_text(
             CASE jsonb_typeof(e.payload -> 'tags') WHEN 'array' THEN e.payload -> 'tags' END)),
           said.at, said.at
    FROM conversation AS c,
      (SELECT coalesce((e.payload ->> 'timestamp')::timestamptz, e.recorded_at) AS at) AS said
    WHERE c.id = e.conversation_id
    ON CONFLICT (conversation_id, username, source) DO UPDATE SET
      rating = CASE WHEN e.payload -> 'rating' <> '""' THEN excluded.rating ELSE held.rating END,
      score = CASE WHEN e.payload -> 'score' <> '""' THEN excluded.score ELSE held.score END,
      comment = CASE WHEN e.payload -> 'feedback' <> '""' THEN excluded.comment ELSE held.comment END,
      tags = CASE WHEN e.payload -> 'tags' <> '""' THEN excluded.tags ELSE held.tags END,
      updated_at = excluded.updated_at;
    DELETE FROM conversation_feedback AS f
    WHERE f.conversation_id = e.conversation_id AND num_nonnulls(f.rating, f.score, f.comment) = 0 AND f.tags = '{}';
  END LOOP;
END
$$;

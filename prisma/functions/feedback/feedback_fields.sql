-- The one definition of what feedback is in SQL, beside the type feedback_fields: which fields of a payload hold it,
-- what a change makes of them, where they are stored, and when nothing is left. src/log/feedback-fields.ts says the
-- same for TypeScript; a test holds the two equal.

-- Whether a payload holds feedback. "" counts: it changes no field, but its author has given feedback at that time.
CREATE OR REPLACE FUNCTION has_feedback(payload jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
SELECT payload ?| ARRAY['rating', 'score', 'feedback', 'tags', 'correction', 'preferred_over', 'tied_with']
$$;

-- Feedback after a change: absent and "" leave a field unchanged, null withdraws it. Called in a FROM clause, so that
-- it is inlined and computed once.
CREATE OR REPLACE FUNCTION merge_feedback(old feedback_fields, change jsonb) RETURNS SETOF feedback_fields
LANGUAGE sql STABLE AS $$
SELECT
  CASE WHEN change -> 'rating' <> '""' THEN (change ->> 'rating')::rating ELSE (old).rating END,
  CASE WHEN change -> 'score' <> '""' THEN (change ->> 'score')::double precision ELSE (old).score END,
  CASE WHEN change -> 'feedback' <> '""' THEN change ->> 'feedback' ELSE (old).comment END,
  CASE WHEN change -> 'tags' <> '""' THEN texts_of(change -> 'tags') ELSE coalesce((old).tags, '{}') END,
  CASE WHEN change -> 'correction' <> '""' THEN change ->> 'correction' ELSE (old).correction END,
  CASE
    WHEN change -> 'preferred_over' <> '""' THEN texts_of(change -> 'preferred_over')
    ELSE coalesce((old).preferred_over, '{}')
  END,
  CASE
    WHEN change -> 'tied_with' <> '""' THEN texts_of(change -> 'tied_with')
    ELSE coalesce((old).tied_with, '{}')
  END
$$;

-- Feedback that was never given, or of which nothing is left.
CREATE OR REPLACE FUNCTION empty_feedback() RETURNS feedback_fields
LANGUAGE sql IMMUTABLE AS $$
SELECT ROW(NULL, NULL, NULL, '{}', NULL, '{}', '{}')::feedback_fields
$$;

CREATE OR REPLACE FUNCTION is_empty(feedback feedback_fields) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
SELECT feedback IS NOT DISTINCT FROM ROW(NULL, NULL, NULL, '{}', NULL, '{}', '{}')::feedback_fields
$$;

-- What an author's feedback on a reply is now; no row if there is none. An argument has the collation that its caller
-- happens to use: only the one of its column can be looked up in the index.
CREATE OR REPLACE FUNCTION read_feedback(reply_id text, author text, author_source feedback_source)
RETURNS SETOF feedback_fields
LANGUAGE sql STABLE AS $$
SELECT f.rating, f.score, f.comment, f.tags, f.correction, f.preferred_over, f.tied_with
FROM feedback AS f
WHERE f.message_id = reply_id COLLATE "C"
  AND f.username = author COLLATE "default"
  AND f.source = author_source
$$;

-- What an author's feedback on a whole conversation is now; no row if there is none.
CREATE OR REPLACE FUNCTION read_conversation_feedback(
  of_conversation_id text,
  author text,
  author_source feedback_source
)
RETURNS SETOF feedback_fields
LANGUAGE sql STABLE AS $$
SELECT f.rating, f.score, f.comment, f.tags, NULL::text, '{}'::text[], '{}'::text[]
FROM conversation_feedback AS f
WHERE f.conversation_id = of_conversation_id COLLATE "C"
  AND f.username = author COLLATE "default"
  AND f.source = author_source
$$;

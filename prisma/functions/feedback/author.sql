-- Who gives feedback, in which role, and when, by the payload of its event. "" means unset, as in the reference.

CREATE OR REPLACE FUNCTION author_of(payload jsonb, owner text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(nullif(payload ->> 'username', ''), owner)
$$;

CREATE OR REPLACE FUNCTION source_of(payload jsonb) RETURNS feedback_source
LANGUAGE sql STABLE AS $$
SELECT coalesce(nullif(payload ->> 'source', ''), 'end_user')::feedback_source
$$;

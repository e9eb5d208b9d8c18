-- When something happened: the time that the payload gives, or else when the event was recorded.
CREATE OR REPLACE FUNCTION occurred_at(payload jsonb, recorded_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
SELECT coalesce((payload ->> 'timestamp')::timestamptz, recorded_at)
$$;

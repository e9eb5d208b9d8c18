-- The half hour of an instant: days and hours of almost every time zone are made of whole half hours.
CREATE OR REPLACE FUNCTION half_hour_of(instant timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT date_bin('30 minutes', instant, timestamptz '2000-01-01 00:00:00Z')
$$;

-- The half hour in which something happened: days and hours of almost every time zone are made of whole ones.
CREATE OR REPLACE FUNCTION half_hour_of(instant timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT date_bin('30 minutes', instant, timestamptz '2000-01-01 00:00:00Z')
$$;

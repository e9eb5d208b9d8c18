-- The texts of a JSON array; none of null.
CREATE OR REPLACE FUNCTION texts_of(list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
SELECT ARRAY(SELECT jsonb_array_elements_text(nullif(list, 'null')))
$$;

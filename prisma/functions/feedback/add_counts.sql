-- Adds counts of the same kind, one by one, such as the tenths of two histograms.
CREATE OR REPLACE FUNCTION add_counts(one integer[], other integer[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  FOR i IN 1 .. cardinality(one) LOOP
    one[i] := one[i] + other[i];
  END LOOP;
  RETURN one;
END
$$;

CREATE OR REPLACE AGGREGATE sum_counts(integer[]) (sfunc = add_counts, stype = integer[]);

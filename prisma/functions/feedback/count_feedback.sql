-- What one author's feedback on one reply adds to rating_rollup: the only place that says which field counts as what.
-- Scores are in millionths, so that what was added can be subtracted again exactly. Called in a FROM clause, so that it
-- is inlined. sign: 1 to add, -1 to subtract.
CREATE OR REPLACE FUNCTION count_feedback(feedback feedback_fields, sign integer)
RETURNS TABLE (
  records integer,
  likes integer,
  dislikes integer,
  comments integer,
  corrections integer,
  scores integer,
  score_sum bigint,
  score_squares numeric,
  score_histogram integer[]
)
LANGUAGE sql IMMUTABLE AS $$
SELECT
  sign * (num_nonnulls(f.rating, f.score, f.comment, f.correction) > 0 OR f.tags <> '{}')::integer,
  sign * (f.rating IS NOT DISTINCT FROM 'like')::integer,
  sign * (f.rating IS NOT DISTINCT FROM 'dislike')::integer,
  sign * (f.comment IS NOT NULL)::integer,
  sign * (f.correction IS NOT NULL)::integer,
  sign * (f.score IS NOT NULL)::integer,
  sign * coalesce(f.score, 0),
  sign * coalesce(f.score::numeric * f.score, 0),
  -- Tenths: [0, 0.1), and so on; 1 is in the last.
  CASE
    WHEN f.score IS NULL THEN array_fill(0, ARRAY[10])
    ELSE array_fill(0, ARRAY[least(f.score / 100000, 9)::integer])
      || sign || array_fill(0, ARRAY[9 - least(f.score / 100000, 9)::integer])
  END
FROM (
  SELECT
    feedback.rating,
    round(feedback.score * 1000000)::bigint AS score,
    feedback.comment, feedback.correction, feedback.tags
  OFFSET 0
) AS f
$$;

-- What one author says of one reply, as rating_rollup counts it; score is in millionths. Inlined into the statements
-- that use it, and the only place that tells which words count as what.
CREATE OR REPLACE FUNCTION count_feedback(rating rating, score bigint, comment text, correction text)
RETURNS TABLE (
  likes integer, dislikes integer, comments integer, corrections integer, scores integer,
  score_sum bigint, score_squares numeric, scores_0 integer, scores_1 integer, scores_2 integer, scores_3 integer,
  scores_4 integer, scores_5 integer, scores_6 integer, scores_7 integer, scores_8 integer, scores_9 integer
)
LANGUAGE sql IMMUTABLE AS $$
SELECT (rating IS NOT DISTINCT FROM 'like')::integer, (rating IS NOT DISTINCT FROM 'dislike')::integer,
       (comment IS NOT NULL)::integer, (correction IS NOT NULL)::integer, (score IS NOT NULL)::integer,
       coalesce(score, 0), coalesce(score::numeric * score, 0),
       coalesce(score < 100000, false)::integer,
       coalesce(score >= 100000 AND score < 200000, false)::integer,
       coalesce(score >= 200000 AND score < 300000, false)::integer,
       coalesce(score >= 300000 AND score < 400000, false)::integer,
       coalesce(score >= 400000 AND score < 500000, false)::integer,
       coalesce(score >= 500000 AND score < 600000, false)::integer,
       coalesce(score >= 600000 AND score < 700000, false)::integer,
       coalesce(score >= 700000 AND score < 800000, false)::integer,
       coalesce(score >= 800000 AND score < 900000, false)::integer,
       coalesce(score >= 900000, false)::integer
$$;

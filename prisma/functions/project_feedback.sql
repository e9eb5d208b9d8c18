-- The feedback part of project_events: one row per message, author and source, and what it adds to the counts in
-- rating_rollup. Of the given events no two may be of the same row, since each continues from the row as it is.
CREATE OR REPLACE FUNCTION project_feedback(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  has_empty boolean;
BEGIN
  WITH changed AS MATERIALIZED (
    SELECT * FROM read_feedback(events)
  ),
  written AS (
    INSERT INTO feedback (message_id, username, source, rating, score, comment, tags, correction, preferred_over,
      tied_with, created_at, updated_at)
    SELECT message_id, username, source, rating, score, comment, tags, correction, preferred_over, tied_with,
           said_at, said_at
    FROM changed
    ON CONFLICT (message_id, username, source) DO UPDATE SET
      rating = excluded.rating, score = excluded.score, comment = excluded.comment, tags = excluded.tags,
      correction = excluded.correction, preferred_over = excluded.preferred_over, tied_with = excluded.tied_with,
      updated_at = excluded.updated_at
    RETURNING num_nonnulls(rating, score, comment, correction) = 0
      AND (tags, preferred_over, tied_with) = ('{}', '{}', '{}') AS is_empty
  ),
  -- A reply counts as rated once, whoever else rates it.
  rated AS (
    SELECT reply.*, CASE WHEN reply.is_rated THEN 1 ELSE -1 END AS change
    FROM (
      SELECT c.topic, c.source, c.half_hour, c.model_id, c.message_id, array_agg(c.username) AS usernames,
             bool_or(num_nonnulls(c.old_rating, c.old_score) > 0) AS was_rated,
             bool_or(num_nonnulls(c.rating, c.score) > 0) AS is_rated
      FROM changed AS c GROUP BY 1, 2, 3, 4, 5
    ) AS reply
    WHERE reply.was_rated <> reply.is_rated AND NOT EXISTS (
      SELECT FROM feedback AS other WHERE other.message_id = reply.message_id AND other.source = reply.source
        AND num_nonnulls(other.rating, other.score) > 0 AND other.username <> ALL (reply.usernames))
  ),
  -- What was said before is taken from the counts, what is said now is added to them.
  counted AS (
    SELECT c.topic, c.source, tag.tag, c.half_hour, c.model_id, side.sign, 0 AS rated, side.rating,
           round(side.score * 1000000)::bigint AS score, side.comment, side.correction
    FROM changed AS c
    CROSS JOIN LATERAL (VALUES
      (-1, c.old_rating, c.old_score, c.old_comment, c.old_correction, c.old_tags),
      (1, c.rating, c.score, c.comment, c.correction, c.tags)
    ) AS side (sign, rating, score, comment, correction, tags)
    CROSS JOIN LATERAL (SELECT '' UNION SELECT unnest(side.tags)) AS tag (tag)
    WHERE (c.old_rating, c.old_score, c.old_comment, c.old_correction, c.old_tags)
            IS DISTINCT FROM (c.rating, c.score, c.comment, c.correction, c.tags)
      AND (num_nonnulls(side.rating, side.score, side.comment, side.correction) > 0 OR side.tags <> '{}')
    UNION ALL
    SELECT topic, source, '', half_hour, model_id, 0, change, NULL, NULL, NULL, NULL FROM rated
  ),
  rolled AS (
    INSERT INTO rating_rollup AS held (topic, source, tag, half_hour, model_id, records, rated, likes, dislikes,
      comments, corrections, scores, score_sum, score_squares,
      scores_0, scores_1, scores_2, scores_3, scores_4, scores_5, scores_6, scores_7, scores_8, scores_9)
    SELECT topic, source, tag, half_hour, model_id, sum(sign), sum(rated),
      sum(sign * n.likes), sum(sign * n.dislikes), sum(sign * n.comments), sum(sign * n.corrections),
      sum(sign * n.scores), sum(sign * n.score_sum), sum(sign * n.score_squares),
      sum(sign * n.scores_0), sum(sign * n.scores_1), sum(sign * n.scores_2), sum(sign * n.scores_3), sum(sign * n.scores_4),
      sum(sign * n.scores_5), sum(sign * n.scores_6), sum(sign * n.scores_7), sum(sign * n.scores_8), sum(sign * n.scores_9)
    FROM counted CROSS JOIN LATERAL count_feedback(rating, score, comment, correction) AS n
    GROUP BY topic, source, tag, half_hour, model_id
    -- Two nodes that count in one topic wait for each other at the topic itself.
    ON CONFLICT (topic, source, tag, half_hour, model_id) DO UPDATE SET
      records = held.records + excluded.records, rated = held.rated + excluded.rated,
      likes = held.likes + excluded.likes, dislikes = held.dislikes + excluded.dislikes,
      comments = held.comments + excluded.comments, corrections = held.corrections + excluded.corrections,
      scores = held.scores + excluded.scores, score_sum = held.score_sum + excluded.score_sum,
      score_squares = held.score_squares + excluded.score_squares,
      scores_0 = held.scores_0 + excluded.scores_0, scores_1 = held.scores_1 + excluded.scores_1,
      scores_2 = held.scores_2 + excluded.scores_2, scores_3 = held.scores_3 + excluded.scores_3,
      scores_4 = held.scores_4 + excluded.scores_4, scores_5 = held.scores_5 + excluded.scores_5,
      scores_6 = held.scores_6 + excluded.scores_6, scores_7 = held.scores_7 + excluded.scores_7,
      scores_8 = held.scores_8 + excluded.scores_8, scores_9 = held.scores_9 + excluded.scores_9
  )
  SELECT bool_or(is_empty) INTO has_empty FROM written;

  IF EXISTS (SELECT FROM unnest(events) AS e WHERE e.payload ?| ARRAY['preferred_over', 'tied_with']) THEN
    PERFORM project_choices(events);
  END IF;

  -- What was withdrawn in all its parts leaves nothing behind that could be counted.
  IF has_empty THEN
    DELETE FROM feedback USING unnest(events) AS e
    WHERE feedback.message_id = e.payload ->> 'id'
      AND num_nonnulls(rating, score, comment, correction) = 0
      AND (tags, preferred_over, tied_with) = ('{}', '{}', '{}');
  END IF;
END
$$;

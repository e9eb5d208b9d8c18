-- The feedback part of project_events: one row per reply, author and source, and what it adds to the counts in
-- rating_rollup. No two of the given events may be about the same row, since each starts from the row as it is.
CREATE OR REPLACE FUNCTION project_feedback(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  WITH changed AS MATERIALIZED (
    SELECT target.*, old AS before, merged AS after
    FROM (
      SELECT
        e.payload, e.topic, m.id AS message_id,
        author_of(e.payload, c.username) AS username,
        source_of(e.payload) AS source,
        half_hour_of(m.created_at) AS half_hour,
        coalesce(nullif(m.model_id, ''), c.model_id) AS model_id,
        occurred_at(e.payload, e.recorded_at) AS given_at
      FROM unnest(events) AS e
      JOIN message AS m ON m.id = e.payload ->> 'id'
      JOIN conversation AS c ON c.id = e.conversation_id
      WHERE e.type = 'UPDATE_MESSAGE' AND has_feedback(e.payload)
      OFFSET 0
    ) AS target
    LEFT JOIN LATERAL read_feedback(target.message_id, target.username, target.source) AS old ON true
    CROSS JOIN LATERAL merge_feedback(old, target.payload) AS merged
  ),
  written AS (
    INSERT INTO feedback (
      message_id, username, source, rating, score, comment, tags, correction, preferred_over, tied_with,
      created_at, updated_at
    )
    SELECT message_id, username, source, (after).*, given_at, given_at
    FROM changed
    WHERE NOT is_empty(after)
    ON CONFLICT (message_id, username, source) DO UPDATE SET
      rating = excluded.rating, score = excluded.score, comment = excluded.comment, tags = excluded.tags,
      correction = excluded.correction, preferred_over = excluded.preferred_over,
      tied_with = excluded.tied_with, updated_at = excluded.updated_at
  ),
  deleted AS (
    -- By the place of each row: joined with `changed`, the planner may read the whole table.
    DELETE FROM feedback
    WHERE ctid = ANY (
      ARRAY(
        SELECT emptied.ctid
        FROM changed
        CROSS JOIN LATERAL (
          SELECT f.ctid
          FROM feedback AS f
          WHERE f.message_id = changed.message_id
            AND f.username = changed.username
            AND f.source = changed.source
        ) AS emptied
        WHERE is_empty(changed.after)
      )
    )
  ),
  -- A reply counts as rated once, no matter how many authors rate it.
  rated AS (
    SELECT reply.*, CASE WHEN reply.is_rated THEN 1 ELSE -1 END AS change
    FROM (
      SELECT
        topic, source, half_hour, model_id, message_id,
        array_agg(username) AS usernames,
        bool_or(num_nonnulls((before).rating, (before).score) > 0) AS was_rated,
        bool_or(num_nonnulls((after).rating, (after).score) > 0) AS is_rated
      FROM changed
      GROUP BY 1, 2, 3, 4, 5
    ) AS reply
    WHERE reply.was_rated <> reply.is_rated
      AND NOT EXISTS (
        SELECT FROM feedback AS other
        WHERE other.message_id = reply.message_id
          AND other.source = reply.source
          AND num_nonnulls(other.rating, other.score) > 0
          AND other.username <> ALL (reply.usernames)
      )
  ),
  -- The feedback before is subtracted from the counts, the feedback after is added; under '' and under each tag.
  counted AS (
    SELECT changed.topic, changed.source, tag.tag, changed.half_hour, changed.model_id, 0 AS rated, counts.*
    FROM changed
    CROSS JOIN LATERAL (VALUES (changed.before, -1), (changed.after, 1)) AS side (fields, sign)
    CROSS JOIN LATERAL (SELECT '' UNION SELECT unnest((side.fields).tags)) AS tag (tag)
    CROSS JOIN LATERAL count_feedback(side.fields, side.sign) AS counts
    WHERE counts.records <> 0
    UNION ALL
    SELECT topic, source, '', half_hour, model_id, change, 0, 0, 0, 0, 0, 0, 0, 0, NULL
    FROM rated
  )
  INSERT INTO rating_rollup AS total (
    topic, source, tag, half_hour, model_id, records, rated, likes, dislikes, comments, corrections, scores,
    score_sum, score_squares, score_histogram
  )
  SELECT
    topic, source, tag, half_hour, model_id, sum(records), sum(rated), sum(likes), sum(dislikes),
    sum(comments), sum(corrections), sum(scores), sum(score_sum), sum(score_squares),
    sum_counts(score_histogram)
  FROM counted
  GROUP BY topic, source, tag, half_hour, model_id
  -- Two nodes that count in one topic wait for each other at the topic itself.
  ON CONFLICT (topic, source, tag, half_hour, model_id) DO UPDATE SET
    records = total.records + excluded.records, rated = total.rated + excluded.rated,
    likes = total.likes + excluded.likes, dislikes = total.dislikes + excluded.dislikes,
    comments = total.comments + excluded.comments, corrections = total.corrections + excluded.corrections,
    scores = total.scores + excluded.scores, score_sum = total.score_sum + excluded.score_sum,
    score_squares = total.score_squares + excluded.score_squares,
    score_histogram = add_counts(total.score_histogram, excluded.score_histogram);

  IF EXISTS (SELECT FROM unnest(events) AS e WHERE e.payload ?| ARRAY['preferred_over', 'tied_with']) THEN
    PERFORM project_choices(events);
  END IF;
END
$$;

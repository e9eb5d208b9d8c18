-- Appends and projects one rating, score, comment or correction of a reply: what check_event, project_events and
-- project_feedback come to for it, in a third of their time (`npm run bench -- append --only '1 × rating, 1 topic'`).
-- A property test holds the two equal. The caller holds the topic's lock.
-- Returns null, with nothing done, if that is not enough: a rule may be broken, the event may be repeated, its author has
-- given tags or made a choice, nothing is left of the feedback, or no such reply was rated before.
CREATE OR REPLACE FUNCTION append_single_feedback(item append_item, topic_name text, new_offset bigint)
RETURNS append_answer
LANGUAGE plpgsql AS $$
DECLARE
  target record;
  recorded_at timestamptz := clock_timestamp();
  rated_change integer := 0;
BEGIN
  SELECT reply.*, merged AS after
  INTO target
  FROM (
    SELECT
      c.id AS conversation_id, c.version + 1 AS version, author.username, author.source,
      occurred_at(item.payload, recorded_at) AS given_at,
      half_hour_of(m.created_at) AS half_hour,
      coalesce(nullif(m.model_id, ''), c.model_id) AS model_id,
      coalesce(
        (SELECT r FROM read_feedback(m.id, author.username, author.source) AS r), empty_feedback()
      ) AS before
    FROM message AS m
    JOIN conversation AS c ON c.id = m.conversation_id
    CROSS JOIN LATERAL (
      SELECT author_of(item.payload, c.username), source_of(item.payload)
    ) AS author (username, source)
    WHERE m.id = item.payload ->> 'id'
      AND m.role = 'assistant'
      AND coalesce(item.conversation_id, c.id) = c.id
      AND (item.is_privileged OR c.username = item.actor)
      AND NOT EXISTS (SELECT FROM event AS existing WHERE existing.id = item.id)
    OFFSET 0
  ) AS reply
  CROSS JOIN LATERAL merge_feedback(reply.before, item.payload) AS merged;
  IF NOT FOUND OR NOT has_feedback(item.payload) THEN
    RETURN NULL;
  END IF;
  IF target.after IS NOT DISTINCT FROM target.before AND item.skips_unchanged THEN
    RETURN ROW('UNCHANGED', NULL, topic_name, target.conversation_id, NULL, NULL)::append_answer;
  END IF;
  IF (target.before).tags <> '{}' OR is_empty(target.after) THEN
    RETURN NULL;
  END IF;

  IF target.after IS DISTINCT FROM target.before THEN
    -- A reply counts as rated once, no matter how many authors rate it.
    IF (num_nonnulls((target.after).rating, (target.after).score) > 0)
      <> (num_nonnulls((target.before).rating, (target.before).score) > 0)
    THEN
      IF NOT EXISTS (
        SELECT FROM feedback AS other
        WHERE other.message_id = item.payload ->> 'id'
          AND other.source = target.source
          AND num_nonnulls(other.rating, other.score) > 0
          AND other.username <> target.username
      ) THEN
        rated_change := CASE
          WHEN num_nonnulls((target.after).rating, (target.after).score) > 0 THEN 1
          ELSE -1
        END;
      END IF;
    END IF;
    UPDATE rating_rollup AS total SET
      records = total.records + old.records + new.records, rated = total.rated + rated_change,
      likes = total.likes + old.likes + new.likes, dislikes = total.dislikes + old.dislikes + new.dislikes,
      comments = total.comments + old.comments + new.comments,
      corrections = total.corrections + old.corrections + new.corrections,
      scores = total.scores + old.scores + new.scores,
      score_sum = total.score_sum + old.score_sum + new.score_sum,
      score_squares = total.score_squares + old.score_squares + new.score_squares,
      score_histogram = CASE
        WHEN old.scores = 0 AND new.scores = 0 THEN total.score_histogram
        ELSE add_counts(add_counts(total.score_histogram, old.score_histogram), new.score_histogram)
      END
    FROM count_feedback(target.before, -1) AS old, count_feedback(target.after, 1) AS new
    WHERE total.topic = topic_name
      AND total.source = target.source
      AND total.tag = ''
      AND total.half_hour = target.half_hour
      AND total.model_id = target.model_id;
    IF NOT FOUND THEN
      RETURN NULL;
    END IF;
  END IF;

  INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
  VALUES (
    item.id, topic_name, new_offset, item.type, target.conversation_id, target.version, item.actor,
    recorded_at,
    item.payload || jsonb_object(ARRAY['conversation_id', target.conversation_id])
  );
  INSERT INTO feedback (
    message_id, username, source, rating, score, comment, tags, correction, preferred_over, tied_with,
    created_at, updated_at
  )
  SELECT
    item.payload ->> 'id', target.username, target.source, (target.after).*, target.given_at, target.given_at
  ON CONFLICT (message_id, username, source) DO UPDATE SET
    rating = excluded.rating, score = excluded.score, comment = excluded.comment,
    correction = excluded.correction, updated_at = excluded.updated_at;
  UPDATE conversation SET version = target.version WHERE conversation.id = target.conversation_id;
  RETURN ROW('APPENDED', NULL, topic_name, target.conversation_id, new_offset, target.version)::append_answer;
END
$$;

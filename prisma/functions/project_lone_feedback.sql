-- Brings the projections up to one event, where it is a rating, score, comment or correction of a reply: what
-- project_events and project_feedback would make of it, in fewer and smaller statements. Returns false, with nothing
-- done, where that is not enough: where tags or choices play a part, nothing is left of what was said, or nothing was
-- counted yet of such replies.
CREATE OR REPLACE FUNCTION project_lone_feedback(e event) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  told record;
  old_score bigint;
  new_score bigint;
  is_rated boolean;
  rated_more integer := 0;
BEGIN
  IF e.type <> 'UPDATE_MESSAGE' OR e.payload ?| ARRAY['status', 'signal', 'tags', 'preferred_over', 'tied_with'] THEN
    RETURN false;
  END IF;
  SELECT * INTO told FROM read_feedback(ARRAY[e]);
  IF NOT FOUND OR told.tags <> '{}' OR num_nonnulls(told.rating, told.score, told.comment, told.correction) = 0 THEN
    RETURN false;
  END IF;

  IF (told.old_rating, told.old_score, told.old_comment, told.old_correction)
    IS DISTINCT FROM (told.rating, told.score, told.comment, told.correction) THEN
    old_score := round(told.old_score * 1000000);
    new_score := round(told.score * 1000000);
    is_rated := num_nonnulls(told.rating, told.score) > 0;
    -- A reply counts as rated once, whoever else rates it.
    IF is_rated <> (num_nonnulls(told.old_rating, told.old_score) > 0) THEN
      IF NOT EXISTS (SELECT FROM feedback AS other WHERE other.message_id = told.message_id
        AND other.source = told.source AND num_nonnulls(other.rating, other.score) > 0
        AND other.username <> told.username) THEN rated_more := CASE WHEN is_rated THEN 1 ELSE -1 END;
      END IF;
    END IF;
    UPDATE rating_rollup AS held SET
      records = held.records
        + (num_nonnulls(told.old_rating, told.old_score, told.old_comment, told.old_correction) = 0)::integer,
      rated = held.rated + rated_more,
      likes = held.likes + now.likes - was.likes, dislikes = held.dislikes + now.dislikes - was.dislikes,
      comments = held.comments + now.comments - was.comments,
      corrections = held.corrections + now.corrections - was.corrections,
      scores = held.scores + now.scores - was.scores, score_sum = held.score_sum + now.score_sum - was.score_sum,
      score_squares = held.score_squares + now.score_squares - was.score_squares,
      scores_0 = held.scores_0 + now.scores_0 - was.scores_0, scores_1 = held.scores_1 + now.scores_1 - was.scores_1,
      scores_2 = held.scores_2 + now.scores_2 - was.scores_2, scores_3 = held.scores_3 + now.scores_3 - was.scores_3,
      scores_4 = held.scores_4 + now.scores_4 - was.scores_4, scores_5 = held.scores_5 + now.scores_5 - was.scores_5,
      scores_6 = held.scores_6 + now.scores_6 - was.scores_6, scores_7 = held.scores_7 + now.scores_7 - was.scores_7,
      scores_8 = held.scores_8 + now.scores_8 - was.scores_8, scores_9 = held.scores_9 + now.scores_9 - was.scores_9
    FROM count_feedback(told.old_rating, old_score, told.old_comment, told.old_correction) AS was,
      count_feedback(told.rating, new_score, told.comment, told.correction) AS now
    WHERE held.topic = told.topic AND held.source = told.source AND held.tag = ''
      AND held.half_hour = told.half_hour AND held.model_id = told.model_id;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;

  INSERT INTO feedback (message_id, username, source, rating, score, comment, tags, correction, preferred_over,
    tied_with, created_at, updated_at)
  VALUES (told.message_id, told.username, told.source, told.rating, told.score, told.comment, told.tags, told.correction,
    told.preferred_over, told.tied_with, told.said_at, told.said_at)
  ON CONFLICT (message_id, username, source) DO UPDATE SET
    rating = excluded.rating, score = excluded.score, comment = excluded.comment, correction = excluded.correction,
    updated_at = excluded.updated_at;
  UPDATE conversation SET version = e.version WHERE conversation.id = e.conversation_id;
  RETURN true;
END
$$;

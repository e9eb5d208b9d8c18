// A rating in one hand-written statement on Afterword's tables: it locks the topic for its offset, writes the event,
// increments the conversation's version, and updates feedback and counts. It checks no rules, and handles neither
// withdrawn nor repeated ratings. $1 reply, $2 author, $3 rating, $4 score.
export const rateOnce = `WITH target AS (
  SELECT m.id, m.conversation_id, c.topic, half_hour_of(m.created_at) AS half_hour, coalesce(m.model_id, c.model_id) AS model_id
  FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
  WHERE m.id = $1 AND m.role = 'assistant'
), old AS (
  SELECT rating, score FROM feedback WHERE message_id = $1 AND username = $2 AND source = 'end_user'
), numbered AS (
  UPDATE topic SET next_offset = topic.next_offset + 1 FROM target WHERE topic.name = target.topic
  RETURNING topic.name, topic.next_offset - 1 AS "offset"
), bumped AS (
  UPDATE conversation SET version = conversation.version + 1 FROM target, numbered
  WHERE conversation.id = target.conversation_id
  RETURNING conversation.id, conversation.version
), written AS (
  INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
  SELECT gen_random_uuid()::text, numbered.name, numbered."offset", 'UPDATE_MESSAGE', bumped.id, bumped.version, $2,
         clock_timestamp(), jsonb_strip_nulls(jsonb_build_object('id', $1::text, 'username', $2::text, 'source', 'end_user',
           'rating', $3::text, 'score', $4::float8, 'conversation_id', bumped.id))
  FROM numbered, bumped
  RETURNING recorded_at
), saved AS (
  INSERT INTO feedback (message_id, username, source, rating, score, tags, created_at, updated_at)
  SELECT $1, $2, 'end_user', $3::rating, $4::float8, '{}', recorded_at, recorded_at FROM written
  ON CONFLICT (message_id, username, source) DO UPDATE
  SET rating = coalesce(excluded.rating, feedback.rating), score = coalesce(excluded.score, feedback.score),
      updated_at = excluded.updated_at
  RETURNING rating, score
), change AS (
  SELECT target.*, (old IS NULL)::int AS record,
    (saved.rating = 'like')::int - coalesce((old.rating = 'like')::int, 0) AS likes,
    (saved.rating = 'dislike')::int - coalesce((old.rating = 'dislike')::int, 0) AS dislikes,
    (saved.score IS NOT NULL)::int - (old.score IS NOT NULL)::int AS scores,
    coalesce(round(saved.score * 1000000), 0) - coalesce(round(old.score * 1000000), 0) AS score_sum,
    coalesce(round(saved.score * 1000000)::numeric ^ 2, 0) - coalesce(round(old.score * 1000000)::numeric ^ 2, 0) AS score_squares
  FROM target CROSS JOIN saved LEFT JOIN old ON true
)
INSERT INTO rating_rollup AS existing (topic, source, tag, half_hour, model_id, records, rated, likes, dislikes, comments,
  corrections, scores, score_sum, score_squares, score_histogram)
SELECT topic, 'end_user', '', half_hour, model_id, record, record, coalesce(likes, 0), coalesce(dislikes, 0), 0, 0, scores,
  score_sum, score_squares, ARRAY[0, 0, 0, 0, 0, 0, 0, scores, 0, 0]
FROM change
ON CONFLICT (topic, source, tag, half_hour, model_id) DO UPDATE SET
  records = existing.records + excluded.records, rated = existing.rated + excluded.rated,
  likes = existing.likes + excluded.likes,
  dislikes = existing.dislikes + excluded.dislikes, scores = existing.scores + excluded.scores,
  score_sum = existing.score_sum + excluded.score_sum, score_squares = existing.score_squares + excluded.score_squares,
  score_histogram[8] = existing.score_histogram[8] + excluded.scores
RETURNING topic`;

/** The same as an SQL function, for peers that expose functions as mutations. */
export const rateFunction = `CREATE FUNCTION rate_reply(message_id text, username text, rating text, score float8) RETURNS text
  LANGUAGE sql VOLATILE AS $rate$ ${rateOnce} $rate$`;

-- Feedback on whole conversations: one row per conversation, author and source. It counts in no statistics, which are
-- about replies. Event by event: there are few.
CREATE OR REPLACE FUNCTION project_conversation_feedback(events event[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  e event;
  target record;
BEGIN
  FOREACH e IN ARRAY events LOOP
    CONTINUE WHEN e.type <> 'UPDATE_CONVERSATION' OR NOT has_feedback(e.payload);
    SELECT author.username, author.source, occurred_at(e.payload, e.recorded_at) AS given_at, merged AS after
    INTO target
    FROM conversation AS c
    CROSS JOIN LATERAL (
      SELECT author_of(e.payload, c.username), source_of(e.payload)
    ) AS author (username, source)
    LEFT JOIN LATERAL read_conversation_feedback(c.id, author.username, author.source) AS old ON true
    CROSS JOIN LATERAL merge_feedback(old, e.payload) AS merged
    WHERE c.id = e.conversation_id;

    IF is_empty(target.after) THEN
      DELETE FROM conversation_feedback AS f
      WHERE f.conversation_id = e.conversation_id
        AND f.username = target.username
        AND f.source = target.source;
    ELSE
      INSERT INTO conversation_feedback (
        conversation_id, username, source, rating, score, comment, tags, created_at, updated_at
      )
      VALUES (
        e.conversation_id, target.username, target.source, (target.after).rating, (target.after).score,
        (target.after).comment, (target.after).tags, target.given_at, target.given_at
      )
      ON CONFLICT (conversation_id, username, source) DO UPDATE SET
        rating = excluded.rating, score = excluded.score, comment = excluded.comment, tags = excluded.tags,
        updated_at = excluded.updated_at;
    END IF;
  END LOOP;
END
$$;

-- Whether an event of feedback would change nothing: it repeats what is recorded, or withdraws what is not there.
-- In plpgsql, which keeps its plan: a function in SQL that can't be inlined is planned again for each batch.
CREATE OR REPLACE FUNCTION is_unchanged(type event_type, payload jsonb, of_conversation_id text, owner text)
RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT NOT payload ?| ARRAY['status', 'signal'] AND merged IS NOT DISTINCT FROM before.fields
    FROM (
      SELECT coalesce(
        CASE type
          WHEN 'UPDATE_MESSAGE' THEN (
            SELECT r FROM read_feedback(payload ->> 'id', author_of(payload, owner), source_of(payload)) AS r
          )
          WHEN 'UPDATE_CONVERSATION' THEN (
            SELECT r
            FROM read_conversation_feedback(
              of_conversation_id, author_of(payload, owner), source_of(payload)
            ) AS r
          )
        END,
        empty_feedback()
      ) AS fields
      -- OFFSET 0 has it read once, and not again for each field.
      OFFSET 0
    ) AS before
    CROSS JOIN LATERAL merge_feedback(before.fields, payload) AS merged
  );
END
$$;

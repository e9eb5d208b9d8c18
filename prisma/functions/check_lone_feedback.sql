-- check_event for what an idle server is sent most: feedback on a reply, alone in its batch, and no choice. It lets
-- through what no rule is against, and refuses nothing: where it returns no row, check_event tells whether that is a
-- refusal, a repetition, or well after all.
CREATE OR REPLACE FUNCTION check_lone_feedback(item jsonb)
RETURNS TABLE (id text, type event_type, conversation_id text, actor text, payload jsonb, version integer, is_new boolean)
LANGUAGE sql STABLE AS $$
SELECT item ->> 'id', event_type 'UPDATE_MESSAGE', c.id, item ->> 'actor',
       item -> 'payload' || jsonb_object(ARRAY['conversation_id', c.id]), c.version + 1, true
FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
WHERE m.id = item -> 'payload' ->> 'id' AND m.role = 'assistant'
  AND coalesce(item ->> 'conversation_id', c.id) = c.id
  AND ((item ->> 'privileged')::boolean OR c.username = item ->> 'actor')
  AND NOT EXISTS (SELECT FROM event AS known WHERE known.id = item ->> 'id')
$$;

// Whether an author's feedback stands already as a change would leave it: a click that is repeated, or a request whose
// answer was lost, is no event.
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { mayWriteForOthers, type Viewer } from '../identity/viewer.ts';
import type { FeedbackFields, FeedbackSource } from '../log/event.ts';

type Author = { username: string; source: FeedbackSource };
/** What is said, by the fields of payloads; what was never said is null, or an empty list. */
type Said = { [Field in keyof Required<FeedbackFields>]?: FeedbackFields[Field] | null };

const ofMessage = {
  name: 'feedback_as_it_stands',
  text: `SELECT f.rating, f.score, f.comment AS feedback, coalesce(f.tags, '{}') AS tags, f.correction,
      coalesce(f.preferred_over, '{}') AS preferred_over, coalesce(f.tied_with, '{}') AS tied_with
    FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
    LEFT JOIN feedback AS f ON f.message_id = m.id AND f.username = $2 AND f.source = $3::feedback_source
    WHERE m.id = $1 AND m.role = 'assistant' AND (c.username = $4 OR $5)`,
};
const ofConversation = {
  name: 'impression_as_it_stands',
  text: `SELECT f.rating, f.score, f.comment AS feedback, coalesce(f.tags, '{}') AS tags
    FROM conversation AS c
    LEFT JOIN conversation_feedback AS f
      ON f.conversation_id = c.id AND f.username = $2 AND f.source = $3::feedback_source
    WHERE c.id = $1 AND (c.username = $4 OR $5)`,
};

const lists: readonly string[] = ['tags', 'preferred_over', 'tied_with'];
const withdrawn = (field: string) => (lists.includes(field) ? [] : null);

/**
 * @param of what the feedback is on
 * @returns false also where the viewer may not give it, and while Postgres is away: the log says so, and waits
 */
export async function isUnchanged(
  { pool, viewer }: { pool: pg.Pool; viewer: Viewer },
  of: { messageId: string } | { conversationId: string },
  { author, fields }: { author: Author; fields: FeedbackFields },
): Promise<boolean> {
  const [statement, id] = 'messageId' in of ? [ofMessage, of.messageId] : [ofConversation, of.conversationId];
  const values = [id, author.username, author.source, viewer.username, mayWriteForOthers(viewer)];
  const rows = await pool.query<Said>({ ...statement, values }).then(
    (result) => result.rows,
    () => [],
  );
  const said = new Map<string, unknown>(Object.entries(rows[0] ?? {}));
  if (said.size === 0) return false;
  return Object.entries(fields).every(([field, value]) =>
    isDeepStrictEqual(said.get(field), value ?? withdrawn(field)),
  );
}

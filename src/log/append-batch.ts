// The boundary to append_events: sends items and parses answers, both composite types of the database.
import type pg from 'pg';
import { z } from 'zod';
import { outcomeSchema } from './append-errors.ts';
import type { NewEvent } from './event.ts';

/** The composite type append_item, without `append`: the batch adds the index of the append. */
export type AppendItem = {
  id: string;
  type: NewEvent['type'];
  topic: string | undefined;
  conversation_id: string | undefined;
  actor: string | null;
  is_privileged: boolean;
  skips_unchanged: boolean;
  payload: object;
};

/** An item as JSON without its opening brace. Encoded once, even if its batch is sent again. */
export type EncodedItem = string;

export function encodeItem(item: AppendItem): EncodedItem {
  return JSON.stringify(item).slice(1);
}

const answersSchema = z.array(
  z.object({
    outcome: outcomeSchema,
    detail: z.string().nullable(),
    topic: z.string().nullable(),
    conversation_id: z.string().nullable(),
    // Postgres sends bigint as text.
    offset: z.string().transform(Number).nullable(),
    version: z.number().nullable(),
  }),
);
/** The composite type append_answer. */
export type AppendAnswer = z.output<typeof answersSchema>[number];

/**
 * @param appends the items of each append
 * @returns an answer for each item, in the same order
 */
export async function appendBatch(
  pool: Pick<pg.Pool, 'query'>,
  appends: readonly (readonly EncodedItem[])[],
): Promise<AppendAnswer[]> {
  const items = appends.flatMap((encoded, index) => encoded.map((item) => `{"append":${index},${item}`));
  const { rows } = await pool.query({
    name: 'append_events',
    text: `SELECT outcome::text, detail, topic, conversation_id, "offset", version
      FROM append_events(ARRAY(SELECT item FROM jsonb_populate_recordset(NULL::append_item, $1::jsonb) AS item))`,
    values: [`[${items.join(',')}]`],
  });
  return answersSchema.parse(rows);
}

// The schema of an entry of Open WebUI's feedback export: a rating, and a snapshot of the chat at that time
// (https://docs.openwebui.com/features/evaluation). Fields that have no meaning here are not read.
import { z } from 'zod';
import { roleSchema } from '../../../log/event.ts';

const endOfTime = 253_402_300_799;
const seconds = z.number().min(0).max(endOfTime);
const absent = (value: unknown) => (value === null || value === '' ? undefined : value);
/** An optional field: Open WebUI writes null, "" or nothing if it is absent. */
const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(absent, schema.optional());

const message = z.object({
  parentId: optional(z.string()),
  role: roleSchema,
  content: z.string(),
  timestamp: optional(seconds),
  model: optional(z.string()),
  /** The real model behind an anonymous one of the arena. */
  selectedModelId: optional(z.string()),
  annotation: optional(z.object({ rating: z.unknown() })),
});

const chat = z.object({
  title: optional(z.string()),
  models: optional(z.array(z.string())),
  history: z.object({ messages: z.record(z.string(), message) }),
});

const ratings = new Map<unknown, 'like' | 'dislike'>([
  [1, 'like'],
  ['1', 'like'],
  [-1, 'dislike'],
  ['-1', 'dislike'],
]);
const rating = z
  .union([z.number(), z.string()], 'must be 1 or -1')
  .refine((value) => ratings.has(value), 'must be 1 or -1')
  .transform((value) => ratings.get(value));

const tag = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);

export const openWebuiRecord = z.object(
  {
    id: z.string().min(1),
    user_id: z.string().min(1),
    updated_at: optional(seconds),
    data: z.object({
      rating: optional(rating),
      sibling_model_ids: optional(z.array(z.string())),
      reason: optional(z.string()),
      comment: optional(z.string()),
      tags: optional(z.array(tag)),
      details: optional(z.object({ rating: optional(z.number().min(1).max(10)) })),
    }),
    meta: z.object({ chat_id: z.string().min(1), message_id: z.string().min(1) }),
    snapshot: z.object(
      {
        chat: z.object({ user_id: optional(z.string()), created_at: optional(seconds), chat }),
      },
      'must contain the chat: export the feedback as an administrator',
    ),
  },
  'must be an object',
);

export type OpenWebuiRecord = z.output<typeof openWebuiRecord>;
export type OpenWebuiMessage = z.output<typeof message>;

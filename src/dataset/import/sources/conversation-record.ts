// The schema of a line of the format `conversations`. Strict: an unknown field is an error, since nothing may be lost.
import { z } from 'zod';
import { isUlid } from '../../../lib/ulid.ts';
import {
  feedbackSourceSchema,
  finalStatusSchema,
  parametersSchema,
  ratingSchema,
  roleSchema,
  timingsSchema,
  usageSchema,
} from '../../../log/event.ts';

const id = z.string().refine(isUlid, 'must be a ULID, such as 01J7PTGBKBEYJHJAMZ9Q9EE9SD');
const ids = z.array(id);
const tags = z.array(z.string());
const object = z.record(z.string(), z.json());
const instant = z.iso.datetime({
  offset: true,
  error: 'must be an instant such as 2026-11-23T18:00:00.000Z',
});

const conversationFeedbackRecord = z.strictObject({
  username: z.string(),
  source: feedbackSourceSchema,
  rating: ratingSchema.nullable(),
  score: z.number().min(0).max(1).nullable(),
  comment: z.string().nullable(),
  tags,
  /** Absent: the time of the import. */
  updatedAt: instant.optional(),
});

const feedbackRecord = z.strictObject({
  ...conversationFeedbackRecord.shape,
  correction: z.string().nullable(),
  preferredOver: ids,
  tiedWith: ids,
});

const messageRecord = z.strictObject({
  id,
  parentId: id.nullable(),
  role: roleSchema,
  content: z.string(),
  reasoning: z.string().nullable(),
  status: finalStatusSchema.or(z.literal('streaming')),
  error: z.string().nullable(),
  model: z.string().nullable(),
  parameters: parametersSchema.nullable(),
  finishReason: z.string().nullable(),
  usage: usageSchema.nullable(),
  timings: timingsSchema.nullable(),
  metadata: object,
  createdAt: instant,
  feedback: z.array(feedbackRecord),
});

export const conversationRecord = z.strictObject({
  id,
  /** The topic that it was exported from. The import has a topic of its own. */
  topic: z.string(),
  model: z.strictObject({ id: z.string(), metadata: object }),
  username: z.string(),
  title: z.string().nullable(),
  metadata: object,
  startedAt: instant,
  endedAt: instant.nullable(),
  feedback: z.array(conversationFeedbackRecord),
  messages: z.array(messageRecord),
  /** What --provenance adds. Ignored: it only repeats what the other fields say. */
  provenance: z.unknown().optional(),
});

export type ConversationFeedbackRecord = z.output<typeof conversationFeedbackRecord>;
export type FeedbackRecord = z.output<typeof feedbackRecord>;
export type MessageRecord = z.output<typeof messageRecord>;
export type ConversationRecord = z.output<typeof conversationRecord>;

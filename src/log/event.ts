// The events of the log and the schemas of their payloads, with the field names of the Python reference.
// Fields may be added, never renamed, and never change their meaning.
import { z } from 'zod';
import {
  conversationFeedbackFieldsSchema,
  feedbackFieldsSchema,
  feedbackSourceSchema,
} from './feedback-fields.ts';

export {
  type ConversationFeedbackFields,
  type FeedbackFields,
  type FeedbackSource,
  feedbackSourceSchema,
  type Rating,
  ratingSchema,
} from './feedback-fields.ts';

/** What the reference writes for an unset field. In an update it means unchanged. */
const unset = z.literal('');
const timestamp = z.iso.datetime({ offset: true, local: true });

export const roleSchema = z.enum(['system', 'user', 'assistant']);
/** What someone did with a reply, as recorded by clients. */
export const recordedSignalSchema = z.enum(['copied', 'shared', 'inserted', 'read_aloud']);
/** These and the signals that follow from other events; those are not recorded as events of their own. */
export const signalSchema = z.enum([
  ...(['regenerated', 'edited', 'stopped', 'ended'] as const),
  ...recordedSignalSchema.options,
]);
export const finalStatusSchema = z.enum(['complete', 'stopped', 'interrupted', 'failed']);

export const parametersSchema = z.object({
  temperature: z.number().optional(),
  max_tokens: z.int().optional(),
  top_p: z.number().optional(),
  stop: z.array(z.string()).optional(),
  seed: z.int().optional(),
});

export const usageSchema = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
});

/** Milliseconds since the request to the model was made; first_token_ms is null if no text arrived. */
export const timingsSchema = z.object({ first_token_ms: z.number().nullable(), total_ms: z.number() });

export const startConversationSchema = z.object({
  id: z.string(),
  model: z.object({ id: z.string(), metadata: z.record(z.string(), z.json()) }),
  username: z.string().optional(),
  messages: z.array(z.never()),
  title: z.string().optional(),
  metadata: z.record(z.string(), z.json()).optional(),
  timestamp: timestamp.optional(),
});

export const endOfGenerationSchema = z.object({
  status: finalStatusSchema,
  content: z.string(),
  /** Reasoning of the model, separate from its text; absent if it sent none. */
  reasoning: z.string().optional(),
  error: z.string().optional(),
  finish_reason: z.string().optional(),
  usage: usageSchema.optional(),
  timings: timingsSchema.optional(),
});

export const addMessageSchema = z.object({
  // For a reply recorded in one event, together with its outcome: one that was generated elsewhere.
  ...endOfGenerationSchema.partial().shape,
  id: z.string(),
  conversation_id: z.string(),
  role: roleSchema,
  content: z.string(),
  rating: unset,
  feedback: unset,
  timestamp,
  /** Absent: the newest message; append_events fills it in. */
  parent_id: z.string().nullable().optional(),
  model: z.string().optional(),
  parameters: parametersSchema.optional(),
  metadata: z.record(z.string(), z.json()).optional(),
  /** `streaming` for a reply that is still to be generated; an update ends it. Absent: complete. */
  status: finalStatusSchema.or(z.literal('streaming')).optional(),
});

/** Who gives feedback, in which role, and when. */
const givenBySchema = z.object({
  /** Absent or "": the owner of the conversation. */
  username: z.string().optional(),
  /** Absent or "": end_user. */
  source: feedbackSourceSchema.or(unset).optional(),
  /** When imported feedback was given. Absent: when the event was recorded. */
  timestamp: timestamp.optional(),
});

export const updateMessageSchema = z.object({
  ...feedbackFieldsSchema.shape,
  ...givenBySchema.shape,
  id: z.string(),
  /** Absent in new events; append_events fills it in. */
  conversation_id: z.string().optional(),
  signal: z.union([recordedSignalSchema, unset]).optional(),
  /** Kept in the event only; no projection has it. */
  metadata: z.record(z.string(), z.json()).optional(),
  ...endOfGenerationSchema.partial().shape,
});

/** Feedback on a conversation as a whole. */
export const updateConversationSchema = z.object({
  ...conversationFeedbackFieldsSchema.shape,
  ...givenBySchema.shape,
  id: z.string(),
  /** Kept in the event only; no projection has it. */
  metadata: z.record(z.string(), z.json()).optional(),
});

export const endConversationSchema = z.object({
  id: z.string(),
  timestamp: timestamp.optional(),
  /** Kept in the event only; no projection has it. */
  metadata: z.record(z.string(), z.json()).optional(),
});

export type Role = z.output<typeof roleSchema>;
export type FinalStatus = z.output<typeof finalStatusSchema>;
export type RecordedParameters = z.output<typeof parametersSchema>;
export type EndOfGeneration = z.output<typeof endOfGenerationSchema>;
export type Signal = z.output<typeof signalSchema>;
export type RecordedSignal = z.output<typeof recordedSignalSchema>;

export const eventTypes = [
  'START_CONVERSATION',
  'ADD_MESSAGE',
  'UPDATE_MESSAGE',
  'UPDATE_CONVERSATION',
  'END_CONVERSATION',
] as const;
export type EventType = (typeof eventTypes)[number];

/** An event in the log. */
export type LogEvent = {
  id: string;
  topic: string;
  /** From 0, without gaps, in the order of commits. */
  offset: number;
  type: EventType;
  conversationId: string;
  /** From 1, without gaps within the conversation. */
  version: number;
  /** Username of the person or service that caused it; null if Afterword itself did. */
  actor: string | null;
  recordedAt: Date;
  /** Valid by the schema of its type. */
  payload: unknown;
};

/** An event that has no offset yet. */
export type NewEvent = { id: string } & (
  | {
      type: 'START_CONVERSATION';
      topic: string;
      conversationId: string;
      payload: z.output<typeof startConversationSchema>;
    }
  | { type: 'ADD_MESSAGE'; conversationId: string; payload: z.output<typeof addMessageSchema> }
  // The log knows the conversation of a message, so nothing has to be read before a rating is written. If a
  // conversation is given, it must be the one of the message.
  | { type: 'UPDATE_MESSAGE'; conversationId?: string; payload: z.output<typeof updateMessageSchema> }
  | {
      type: 'UPDATE_CONVERSATION';
      conversationId: string;
      payload: z.output<typeof updateConversationSchema>;
    }
  | { type: 'END_CONVERSATION'; conversationId: string; payload: z.output<typeof endConversationSchema> }
);

// A conversation as it was after one of its events: plain immutable values.
import type { z } from 'zod';
import type { FinalStatus, RecordedParameters, Role, timingsSchema, usageSchema } from '../event.ts';
import type { ConversationFeedbackValues, FeedbackSource, FeedbackValues } from '../feedback-fields.ts';

type FeedbackRecord = {
  readonly username: string;
  readonly source: FeedbackSource;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** Feedback of one author, in one role, on a whole conversation. */
export type ConversationFeedbackSnapshot = FeedbackRecord & ConversationFeedbackValues;

/** Feedback of one author, in one role, on one reply. */
export type FeedbackSnapshot = FeedbackRecord & FeedbackValues;

export type MessageSnapshot = {
  readonly id: string;
  readonly parentId: string | null;
  readonly role: Role;
  /** Empty while a reply is streaming: its text is added to the log when it ends. */
  readonly content: string;
  /** Reasoning of the model, separate from its text; null if there is none, or the reply has not ended. */
  readonly reasoning: string | null;
  readonly status: 'streaming' | FinalStatus;
  readonly error: string | null;
  readonly modelId: string | null;
  readonly parameters: RecordedParameters | null;
  readonly finishReason: string | null;
  readonly usage: z.output<typeof usageSchema> | null;
  readonly timings: z.output<typeof timingsSchema> | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  /** One record per author and source, in the order in which they were created. */
  readonly feedback: readonly FeedbackSnapshot[];
};

export type ConversationSnapshot = {
  readonly id: string;
  readonly topic: string;
  readonly model: { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> };
  readonly username: string;
  readonly title: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Offset of the last folded event. */
  readonly offset: number;
  /** Version of the last folded event: the number of folded events. */
  readonly version: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Feedback on the whole conversation: one record per author and source, in the order in which they were created. */
  readonly feedback: readonly ConversationFeedbackSnapshot[];
  /** In the order in which they were added. */
  readonly messages: readonly MessageSnapshot[];
};

/**
 * The path from the root to a message.
 * @param leaf id of the last message of the path; defaults to the newest message of the conversation
 * @returns undefined if there is no such message; empty if the conversation has no messages
 */
export function threadOf(
  { messages }: ConversationSnapshot,
  leaf = messages.at(-1)?.id,
): MessageSnapshot[] | undefined {
  if (leaf === undefined) return [];
  const byId = new Map(messages.map((message) => [message.id, message]));
  const thread: MessageSnapshot[] = [];
  for (let message = byId.get(leaf); message !== undefined; message = byId.get(message.parentId ?? '')) {
    thread.push(message);
  }
  return thread.length === 0 ? undefined : thread.reverse();
}

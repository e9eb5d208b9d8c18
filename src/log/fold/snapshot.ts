// A conversation as it stood after one of its events: plain values that never change.
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
  /** Of a reply that was streaming: empty, since its text is in the log only when it has ended. */
  readonly content: string;
  /** What the model thought, apart from its text; null where it told nothing of it, or had not ended. */
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
  /** One record per author and source, in the order in which they were first given. */
  readonly feedback: readonly FeedbackSnapshot[];
};

export type ConversationSnapshot = {
  readonly id: string;
  readonly topic: string;
  readonly model: { readonly id: string; readonly metadata: Readonly<Record<string, unknown>> };
  readonly username: string;
  readonly title: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The offset of the newest event that was folded. */
  readonly offset: number;
  /** The version of that event: how many were folded. */
  readonly version: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** On the whole of it: one record per author and source, in the order in which they were first given. */
  readonly feedback: readonly ConversationFeedbackSnapshot[];
  /** In the order in which they were added. */
  readonly messages: readonly MessageSnapshot[];
};

/**
 * The path from the root to a message.
 * @param leaf id of the message at its end; the newest of the conversation where not given
 * @returns undefined where the leaf was not there; empty where nothing had been said
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

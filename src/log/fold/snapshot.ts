// A conversation as it stood after one of its events: plain values that never change.
import type { z } from 'zod';
import type {
  FeedbackSource,
  FinalStatus,
  Rating,
  RecordedParameters,
  Role,
  timingsSchema,
  usageSchema,
} from '../event.ts';

/** What one author had said of a whole conversation in one capacity. */
export type ConversationFeedbackSnapshot = {
  readonly username: string;
  readonly source: FeedbackSource;
  readonly rating: Rating | null;
  /** 0 (worst) to 1 (best). */
  readonly score: number | null;
  readonly comment: string | null;
  readonly tags: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** What one author had said of one message in one capacity. */
export type FeedbackSnapshot = ConversationFeedbackSnapshot & {
  readonly correction: string | null;
  /** Ids of the siblings that it was chosen over: of all siblings only one carries an author's choice. */
  readonly preferredOver: readonly string[];
  /** Ids of the siblings that were called as good. */
  readonly tiedWith: readonly string[];
};

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

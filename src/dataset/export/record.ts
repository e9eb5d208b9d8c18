// One record of an export, with what is known of it beside its text, before it is written.
import type { FeedbackSnapshot } from '../../log/fold/fold.ts';

export type FeedbackAuthor = Pick<FeedbackSnapshot, 'username' | 'source'>;

/** One record before it is written. */
export type ExportRecord = {
  value: Record<string, unknown>;
  /** Where it comes from, in one word. */
  from: string;
  /** The model whose reply it teaches. */
  model: string;
  /** Ids of the messages that it teaches, the better one first. */
  messageIds: string[];
  /** Whose feedback is behind it. */
  authors: FeedbackAuthor[];
  label?: boolean;
};

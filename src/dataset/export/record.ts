// One record of an export before it is written, with what is known about it beside its text.
import type { FeedbackSnapshot } from '../../log/fold/fold.ts';

export type FeedbackAuthor = Pick<FeedbackSnapshot, 'username' | 'source'>;

export type ExportRecord = {
  value: Record<string, unknown>;
  /** The kind of feedback that it comes from, in one word. */
  from: string;
  /** The model whose reply it teaches. */
  model: string;
  /** Ids of the messages that it teaches, the better one first. */
  messageIds: string[];
  /** Authors of the feedback that it comes from. */
  authors: FeedbackAuthor[];
  /** Whether the reply is good; only in labelled formats. */
  label?: boolean;
};

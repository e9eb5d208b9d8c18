// What clients were told during a run: the log must come to exactly this, however often something was asked for again.

export type AcknowledgedReply = { conversationId: string; prompt: number; wasAskedToStop: boolean };
export type AcknowledgedFeedback = {
  messageId: string;
  rating?: 'LIKE' | 'DISLIKE';
  comment?: string;
  /** How often it was sent: it has no id of the client's choice, so that each may have left an event. */
  attempts: number;
};

export type Ledger = {
  /** The topic of each conversation. */
  conversations: Map<string, string>;
  /** Prompts and captured messages, by id. */
  messages: Map<string, { conversationId: string; content: string }>;
  replies: Map<string, AcknowledgedReply>;
  /** By username: each gives feedback once. */
  feedback: Map<string, AcknowledgedFeedback>;
  /** How often something was asked for again. */
  repeats: number;
  /** What went wrong on the way. */
  problems: string[];
};

export const createLedger = (): Ledger => ({
  conversations: new Map(),
  messages: new Map(),
  replies: new Map(),
  feedback: new Map(),
  repeats: 0,
  problems: [],
});

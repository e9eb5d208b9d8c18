// The mutations of the chat. Ids are chosen here, so that a failed request can be sent again without a duplicate.
import { ulid } from 'ulid';
import {
  EndConversationDocument,
  PreferReplyDocument,
  RateConversationDocument,
  RateMessageDocument,
  type Rating,
  RecordSignalDocument,
  RegenerateReplyDocument,
  SendMessageDocument,
  StartConversationDocument,
  StopGenerationDocument,
  SubmitFeedbackDocument,
} from '../api/operations.ts';
import { request } from '../api/request.ts';
import { saveComparison } from './comparisons.ts';

/** A prompt that is being sent. */
export type Outgoing = {
  conversationId: string;
  isNew: boolean;
  id: string;
  replyId: string;
  parentId: string | null;
  model: string;
  content: string;
  /** A second model that answers the same prompt, side by side. */
  rival: { model: string; replyId: string } | undefined;
};

const maxTitleLength = 80;

/** The title of a conversation: the first line of its first prompt. */
export function titleOf(content: string): string {
  const [line = ''] = content.trim().split('\n');
  const characters = [...line];
  return characters.length > maxTitleLength ? `${characters.slice(0, maxTitleLength - 1).join('')}…` : line;
}

type Prompt = Pick<Outgoing, 'parentId' | 'model' | 'content'> & {
  conversationId: string | undefined;
  rivalModel: string | undefined;
};

export function prepare({ conversationId, rivalModel, ...prompt }: Prompt): Outgoing {
  return {
    ...prompt,
    rival: rivalModel === undefined ? undefined : { model: rivalModel, replyId: ulid() },
    conversationId: conversationId ?? ulid(),
    isNew: conversationId === undefined,
    id: ulid(),
    replyId: ulid(),
  };
}

export async function startAndSend(outgoing: Outgoing): Promise<void> {
  const { conversationId, isNew, id, replyId, parentId, model, content, rival } = outgoing;
  if (isNew) {
    await request(StartConversationDocument, {
      input: { id: conversationId, model, title: titleOf(content) },
    });
  }
  const parent = isNew ? {} : { parentId };
  if (rival !== undefined) {
    // The side must not reveal which model wrote the reply.
    const [left, right] = Math.random() < 0.5 ? [replyId, rival.replyId] : [rival.replyId, replyId];
    saveComparison(id, { left, right });
  }
  await request(SendMessageDocument, { input: { conversationId, id, replyId, model, content, ...parent } });
  if (rival !== undefined) {
    await request(RegenerateReplyDocument, { input: { messageId: replyId, ...rival } });
  }
}

/** @param isTie whether the two replies are equally good */
export async function preferReply(chosenId: string, otherId: string, isTie: boolean): Promise<void> {
  await request(PreferReplyDocument, { input: { chosenId, rejectedIds: [otherId], tie: isTie } });
}

/** Sent in the background: a signal that gets lost is not worth an error message. */
export function recordCopied(messageId: string): void {
  request(RecordSignalDocument, { input: { messageId, signal: 'COPIED' } }).catch(() => {});
}

export async function rateConversation(id: string, rating: Rating | null): Promise<void> {
  await request(RateConversationDocument, { input: { id, rating } });
}

export async function regenerateReply(messageId: string, model?: string): Promise<void> {
  await request(RegenerateReplyDocument, { input: { messageId, replyId: ulid(), model } });
}

export async function stopGeneration(messageId: string): Promise<void> {
  await request(StopGenerationDocument, { input: { messageId } });
}

export async function rateMessage(messageId: string, rating: Rating | null): Promise<void> {
  await request(RateMessageDocument, { input: { messageId, rating } });
}

export type FeedbackText = { comment: string; tags: readonly string[]; correction: string };

/** Withdraws what is left empty. */
export async function submitFeedback(
  messageId: string,
  { comment, tags, correction }: FeedbackText,
): Promise<void> {
  const input = {
    messageId,
    comment: comment.trim() || null,
    tags: [...tags],
    correction: correction.trim() || null,
  };
  await request(SubmitFeedbackDocument, { input });
}

export async function endConversation(id: string): Promise<void> {
  await request(EndConversationDocument, { input: { id } });
}

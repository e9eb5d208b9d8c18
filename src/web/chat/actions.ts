// What the chat asks the server to do. Ids are chosen here, so that whatever failed on its way can be sent again.
import { ulid } from 'ulid';
import { ask } from '../api/ask.ts';
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
import { remember } from './comparisons.ts';

/** A prompt on its way. */
export type Outgoing = {
  conversationId: string;
  isNew: boolean;
  id: string;
  replyId: string;
  parentId: string | null;
  model: string;
  content: string;
  /** Another model that answers the same, beside it. */
  rival: { model: string; replyId: string } | undefined;
};

const maxTitleLength = 80;

/** The first line of the first prompt, as a title. */
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
    await ask(StartConversationDocument, { input: { id: conversationId, model, title: titleOf(content) } });
  }
  const place = isNew ? {} : { parentId };
  if (rival !== undefined) {
    // Which of the two stands where must tell nothing of it.
    const [left, right] = Math.random() < 0.5 ? [replyId, rival.replyId] : [rival.replyId, replyId];
    remember(id, { left, right });
  }
  await ask(SendMessageDocument, { input: { conversationId, id, replyId, model, content, ...place } });
  if (rival !== undefined) {
    await ask(RegenerateReplyDocument, { input: { messageId: replyId, ...rival } });
  }
}

/** @param isTie whether the two are as good as each other */
export async function prefer(chosenId: string, otherId: string, isTie: boolean): Promise<void> {
  await ask(PreferReplyDocument, { input: { chosenId, rejectedIds: [otherId], tie: isTie } });
}

/** Nobody waits for it, and nothing is lost where it does not arrive. */
export function tellCopied(messageId: string): void {
  ask(RecordSignalDocument, { input: { messageId, signal: 'COPIED' } }).catch(() => {});
}

export async function rateConversation(id: string, rating: Rating | null): Promise<void> {
  await ask(RateConversationDocument, { input: { id, rating } });
}

export async function regenerate(messageId: string, model?: string): Promise<void> {
  await ask(RegenerateReplyDocument, { input: { messageId, replyId: ulid(), model } });
}

export async function stop(messageId: string): Promise<void> {
  await ask(StopGenerationDocument, { input: { messageId } });
}

export async function rate(messageId: string, rating: Rating | null): Promise<void> {
  await ask(RateMessageDocument, { input: { messageId, rating } });
}

export type Words = { comment: string; tags: readonly string[]; correction: string };

/** What is left empty is withdrawn. */
export async function submitWords(messageId: string, { comment, tags, correction }: Words): Promise<void> {
  const input = {
    messageId,
    comment: comment.trim() || null,
    tags: [...tags],
    correction: correction.trim() || null,
  };
  await ask(SubmitFeedbackDocument, { input });
}

export async function end(id: string): Promise<void> {
  await ask(EndConversationDocument, { input: { id } });
}

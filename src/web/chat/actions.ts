// What the chat asks the server to do. Ids are chosen here, so that whatever failed on its way can be sent again.
import { ulid } from 'ulid';
import { ask } from '../api/ask.ts';
import {
  EndConversationDocument,
  RateMessageDocument,
  type Rating,
  RegenerateReplyDocument,
  SendMessageDocument,
  StartConversationDocument,
  StopGenerationDocument,
  SubmitFeedbackDocument,
} from '../api/operations.ts';

/** A prompt on its way. */
export type Outgoing = {
  conversationId: string;
  isNew: boolean;
  id: string;
  replyId: string;
  parentId: string | null;
  model: string;
  content: string;
};

const longestTitle = 80;

/** The first line of the first prompt, as a title. */
export function titleOf(content: string): string {
  const [line = ''] = content.trim().split('\n');
  const characters = [...line];
  return characters.length > longestTitle ? `${characters.slice(0, longestTitle - 1).join('')}…` : line;
}

type Prompt = Pick<Outgoing, 'parentId' | 'model' | 'content'> & { conversationId: string | undefined };

export function prepare({ conversationId, ...prompt }: Prompt): Outgoing {
  return {
    ...prompt,
    conversationId: conversationId ?? ulid(),
    isNew: conversationId === undefined,
    id: ulid(),
    replyId: ulid(),
  };
}

export async function startAndSend(outgoing: Outgoing): Promise<void> {
  const { conversationId, isNew, id, replyId, parentId, model, content } = outgoing;
  if (isNew) {
    await ask(StartConversationDocument, { input: { id: conversationId, model, title: titleOf(content) } });
  }
  const place = isNew ? {} : { parentId };
  await ask(SendMessageDocument, { input: { conversationId, id, replyId, model, content, ...place } });
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

// Writes simulated conversations through the public API, as any other application would.
import {
  AddMessageDocument,
  EndConversationDocument,
  PreferReplyDocument,
  RateMessageDocument,
  RecordSignalDocument,
  StartConversationDocument,
  SubmitFeedbackDocument,
  type TypedDocumentString,
} from '../client/operations.ts';
import type { SimulatedConversation, SimulatedFeedback, SimulatedReply, SimulatedRound } from './month.ts';

/** Sends an operation. Rejects if the server refuses it. */
export type Send = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
) => Promise<Result>;

/** Metadata of every message and conversation. */
const metadata = { simulated: true };

async function giveFeedback(send: Send, messageId: string, feedback: SimulatedFeedback): Promise<void> {
  const { username, source, rating, score, comment, tags, correction } = feedback;
  const author = { messageId, username, source };
  await send(RateMessageDocument, { input: { ...author, rating, score } });
  if (comment === undefined && tags === undefined && correction === undefined) return;
  await send(SubmitFeedbackDocument, { input: { ...author, comment, tags, correction } });
}

async function writeReply(
  send: Send,
  conversation: SimulatedConversation,
  parentId: string,
  reply: SimulatedReply,
): Promise<void> {
  const { id, model, content, at, feedback, isCopied } = reply;
  const position = { conversationId: conversation.id, parentId };
  await send(AddMessageDocument, {
    input: { ...position, id, role: 'ASSISTANT', model, content, createdAt: at.toISOString(), metadata },
  });
  for (const one of feedback) await giveFeedback(send, id, one);
  if (isCopied) {
    await send(RecordSignalDocument, {
      input: { messageId: id, signal: 'COPIED', username: conversation.username },
    });
  }
}

/** @rerounds the id of the message that the next round continues */
async function writeRound(
  send: Send,
  conversation: SimulatedConversation,
  parentId: string | null,
  { promptId, prompt, at, replies, preference }: SimulatedRound,
): Promise<string | null> {
  const position = { conversationId: conversation.id, parentId };
  await send(AddMessageDocument, {
    input: {
      ...position,
      id: promptId,
      role: 'USER',
      content: prompt,
      createdAt: at.toISOString(),
      metadata,
    },
  });
  for (const reply of replies) await writeReply(send, conversation, promptId, reply);
  const chosen = replies[preference?.chosen ?? 0];
  if (preference !== undefined && chosen !== undefined) {
    const rejectedIds = replies.filter((reply) => reply !== chosen).map(({ id }) => id);
    const { username } = conversation;
    await send(PreferReplyDocument, {
      input: { chosenId: chosen.id, rejectedIds, tie: preference.isTie, username },
    });
  }
  return chosen?.id ?? promptId;
}

function countEvents({ rounds, isEnded }: SimulatedConversation): number {
  const ofFeedback = ({ comment, tags, correction }: SimulatedFeedback) =>
    comment === undefined && tags === undefined && correction === undefined ? 1 : 2;
  const ofReply = ({ feedback, isCopied }: SimulatedReply) =>
    1 + Number(isCopied) + feedback.reduce((sum, one) => sum + ofFeedback(one), 0);
  const ofRound = ({ replies, preference }: SimulatedRound) =>
    1 + Number(preference !== undefined) + replies.reduce((sum, reply) => sum + ofReply(reply), 0);
  return 1 + Number(isEnded) + rounds.reduce((sum, round) => sum + ofRound(round), 0);
}

/**
 * Writes the conversation, unless the server already has all of it: repeated feedback would add events.
 * @param model a model that the server offers
 */
export async function writeConversation(
  send: Send,
  topic: string,
  model: string,
  conversation: SimulatedConversation,
): Promise<void> {
  const { id, username, title, rounds, isEnded } = conversation;
  const input = { id, topic, model, title, username, metadata };
  const { startConversation } = await send(StartConversationDocument, { input });
  if (startConversation.conversation.version >= countEvents(conversation)) return;
  let parentId: string | null = null;
  for (const round of rounds) parentId = await writeRound(send, conversation, parentId, round);
  if (isEnded) await send(EndConversationDocument, { input: { id } });
}

// Writes simulated conversations through the public API, as an application of a team's own would.
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
import type { SimulatedConversation, SimulatedFeedback, SimulatedReply, SimulatedTurn } from './month.ts';

/** Sends an operation, and fails where the server refuses it. */
export type Send = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
) => Promise<Result>;

/** What every message and conversation says of itself. */
const metadata = { simulated: true };

async function giveFeedback(send: Send, messageId: string, given: SimulatedFeedback): Promise<void> {
  const { username, source, rating, score, comment, tags, correction } = given;
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
  const place = { conversationId: conversation.id, parentId };
  await send(AddMessageDocument, {
    input: { ...place, id, role: 'ASSISTANT', model, content, createdAt: at.toISOString(), metadata },
  });
  for (const given of feedback) await giveFeedback(send, id, given);
  if (isCopied) {
    await send(RecordSignalDocument, {
      input: { messageId: id, signal: 'COPIED', username: conversation.username },
    });
  }
}

/** @returns the reply from which the conversation goes on */
async function writeTurn(
  send: Send,
  conversation: SimulatedConversation,
  parentId: string | null,
  { promptId, prompt, at, replies, preference }: SimulatedTurn,
): Promise<string | null> {
  const place = { conversationId: conversation.id, parentId };
  await send(AddMessageDocument, {
    input: { ...place, id: promptId, role: 'USER', content: prompt, createdAt: at.toISOString(), metadata },
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

function countEvents({ turns, isEnded }: SimulatedConversation): number {
  const ofFeedback = ({ comment, tags, correction }: SimulatedFeedback) =>
    comment === undefined && tags === undefined && correction === undefined ? 1 : 2;
  const ofReply = ({ feedback, isCopied }: SimulatedReply) =>
    1 + Number(isCopied) + feedback.reduce((sum, given) => sum + ofFeedback(given), 0);
  const ofTurn = ({ replies, preference }: SimulatedTurn) =>
    1 + Number(preference !== undefined) + replies.reduce((sum, reply) => sum + ofReply(reply), 0);
  return 1 + Number(isEnded) + turns.reduce((sum, turn) => sum + ofTurn(turn), 0);
}

/**
 * Writes it, unless it is there whole: feedback that is given again would be another event.
 * @param model one on offer, with which the conversation begins
 */
export async function writeConversation(
  send: Send,
  topic: string,
  model: string,
  conversation: SimulatedConversation,
): Promise<void> {
  const { id, username, title, turns, isEnded } = conversation;
  const input = { id, topic, model, title, username, metadata };
  const { startConversation } = await send(StartConversationDocument, { input });
  if (startConversation.conversation.version >= countEvents(conversation)) return;
  let parentId: string | null = null;
  for (const turn of turns) parentId = await writeTurn(send, conversation, parentId, turn);
  if (isEnded) await send(EndConversationDocument, { input: { id } });
}

// Holds every reply against what the scripted model sent for its prompt, and every reader against its reply.
import type { ReplyReader } from '../support/reply-reader.ts';
import type { RecordedRequest } from '../support/scripted-model.ts';
import type { AcknowledgedReply, Ledger } from './ledger.ts';
import type { HeldMessage, Logged } from './logged.ts';
import { promptOf, textOf } from './replies.ts';

/** Where two texts part, with a little of both. */
function parting(text: string, other: string): string {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  const part = (whole: string) => JSON.stringify(whole.slice(Math.max(0, at - 20), at + 20));
  return `they part at ${at} of ${text.length} and ${other.length}: ${part(text)} and ${part(other)}`;
}

function checkReply(id: string, { prompt, wasAskedToStop }: AcknowledgedReply, held: HeldMessage): string[] {
  const sent = textOf(prompt);
  const { content, status } = held;
  if (!sent.startsWith(content)) {
    return [`Reply ${id} (${status}) is no prefix of what the model sent; ${parting(content, sent)}.`];
  }
  switch (status) {
    case 'complete':
      return content === sent
        ? []
        : [`Reply ${id} is complete with ${content.length} of ${sent.length} characters.`];
    case 'stopped':
      return wasAskedToStop ? [] : [`Reply ${id} is stopped, though nobody asked for it.`];
    case 'interrupted':
      return [];
    case 'failed':
      return [`Reply ${id} failed, though the model did not: ${held.error}`];
    default:
      return [`Reply ${id} is ${status}.`];
  }
}

export function checkReplies({ replies }: Ledger, { messages }: Logged): string[] {
  return [...replies].flatMap(([id, reply]) => {
    const held = messages.get(id);
    return held === undefined ? [`Reply ${id} is missing.`] : checkReply(id, reply, held);
  });
}

/** No reply was asked for twice, whatever was repeated. */
export function checkRequests({ replies }: Ledger, requests: readonly RecordedRequest[]): string[] {
  const asked = Map.groupBy(requests, ({ body }) => body.messages?.at(-1)?.content ?? '');
  const acknowledged = Map.groupBy(replies.values(), ({ prompt }) => promptOf(prompt));
  return [...asked].flatMap(([prompt, { length }]) => {
    const most = acknowledged.get(prompt)?.length ?? 0;
    return length <= most
      ? []
      : [`The model was asked ${length} times for the ${most} replies to ${prompt}.`];
  });
}

/** Each reader has been told the end, and shows exactly the text. */
export function checkReplyReaders(readers: readonly ReplyReader[], { messages }: Logged): string[] {
  return readers.flatMap(({ messageId, text, end }) => {
    const held = messages.get(messageId);
    if (held === undefined) return [`A reader follows ${messageId}, which is missing.`];
    if (end === undefined) return [`A reader of ${messageId} (${held.status}) was not told its end.`];
    if (end.status.toLowerCase() !== held.status || end.content !== held.content) {
      return [`A reader of ${messageId} was told ${end.status}, which is ${held.status}, or another text.`];
    }
    return text === held.content
      ? []
      : [`A reader of ${messageId} (${held.status}) saw another text; ${parting(text, held.content)}.`];
  });
}

// What an import of the reference's events must come to, said once more in memory and line by line.
import type { Fields, Said, Value } from './ensign.ts';

type Feedback = { rating: Value; score: Value; comment: Value };
type Message = { role: Value; feedback: Feedback };
type Conversation = { username: Value; hasEnded: boolean; messages: Map<Value, Message> };

const unsaid: Feedback = { rating: null, score: null, comment: null };

export class EnsignModel {
  readonly conversations = new Map<Value, Conversation>();
  added = 0;
  known = 0;
  /** Numbers of the bad lines, from 1. */
  bad: number[] = [];

  constructor(said: Said[]) {
    for (const [index, one] of said.entries()) if (!this.#play(one)) this.bad.push(index + 1);
  }

  /** @returns whether the line is good */
  #play({ type, data }: Said): boolean {
    switch (type) {
      case 'start_conversation':
        return this.#start(data.id ?? null, data.username || 'imported');
      case 'add_message':
        return this.#add(data);
      case 'update_message':
        return !saysAnything(data) || this.#update(data);
      case 'end_conversation':
        return this.#end(this.conversations.get(data.id ?? null));
      default:
        return type satisfies never;
    }
  }

  #start(id: Value, username: Value): boolean {
    if (this.conversations.has(id)) return false;
    this.conversations.set(id, { username, hasEnded: false, messages: new Map() });
    this.added += 1;
    return true;
  }

  #add({
    conversation_id: place = null,
    id = null,
    role = null,
    rating = '',
    feedback = '',
  }: Fields): boolean {
    if (!this.conversations.has(place)) this.#start(place, 'imported');
    const conversation = this.conversations.get(place);
    if (conversation === undefined || conversation.hasEnded || conversation.messages.has(id)) return false;
    conversation.messages.set(id, { role, feedback: unsaid });
    this.added += 1;
    const said = { conversation_id: place, id, rating: rating ?? '', feedback: feedback ?? '' };
    return !saysAnything(said) || this.#update(said);
  }

  #update({ conversation_id: place = null, id = null, rating = '', feedback = '' }: Fields): boolean {
    const message = this.conversations.get(place)?.messages.get(id);
    if (message === undefined || message.role !== 'assistant') return false;
    const next = { ...message.feedback };
    if (rating === null) Object.assign(next, { rating: null, score: null });
    else if (typeof rating === 'number') next.score = rating;
    else if (rating !== '') next.rating = rating;
    if (feedback === null || !isBlank(feedback)) next.comment = feedback;
    message.feedback = next;
    this.added += 1;
    return true;
  }

  #end(conversation: Conversation | undefined): boolean {
    if (conversation === undefined) return false;
    if (conversation.hasEnded) this.known += 1;
    else this.added += 1;
    conversation.hasEnded = true;
    return true;
  }
}

/** Rows of feedback, by the ids of the reference. */
export function feedbackIn(conversations: Map<Value, Conversation>): unknown[] {
  return [...conversations].flatMap(([conversation, { username, messages }]) =>
    [...messages]
      .filter(([, { feedback }]) => Object.values(feedback).some((value) => value !== null))
      .map(([message, { feedback }]) => ({ conversation, message, username, ...feedback })),
  );
}

function isBlank(value: Value): boolean {
  return String(value).trim() === '';
}

function saysAnything({ rating = '', feedback = '' }: Fields): boolean {
  return rating !== '' || feedback === null || !isBlank(feedback);
}

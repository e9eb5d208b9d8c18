// The rules of the log once more, in memory and one event after the other: what append_events must come to.
import { isDeepStrictEqual } from 'node:util';
import {
  type ConversationFeedbackValues,
  conversationFeedbackSchema,
  emptyFeedback,
  type FeedbackValues,
  hasFeedback,
  isEmptyFeedback,
  mergeConversationFeedback,
  mergeFeedback,
} from '../../src/log/feedback-fields.ts';
import type { Answer, Item } from './log.ts';

type Conversation = {
  topic: string;
  username: string;
  hasEnded: boolean;
  version: number;
  newest: string | null;
};
type Message = {
  conversation: string;
  parent: string | null;
  position: number;
  role: unknown;
  status: unknown;
};
/** The answers to the events of an append, or its first refusal. */
export type Outcome = Answer[] | string;
type Known = { item: string; answer: Answer };

export type LogState = {
  /** How many events each topic holds. */
  topics: Map<string, number>;
  conversations: Map<string, Conversation>;
  messages: Map<string, Message>;
  /** By message, author and source, with a space between. */
  feedback: Map<string, FeedbackValues>;
  /** By conversation, author and source. */
  conversationFeedback: Map<string, ConversationFeedbackValues>;
  events: Map<string, Known>;
};

const entityOf = (item: Item) => String(item.payload.id);
const isStructural = (item: Item) =>
  !['UPDATE_MESSAGE', 'UPDATE_CONVERSATION'].includes(item.type) || 'status' in item.payload;
const namedBy = ({ payload }: Item) =>
  [payload.preferred_over, payload.tied_with].flatMap((given): unknown[] =>
    Array.isArray(given) ? given : [],
  );

function setOrDelete<Values extends ConversationFeedbackValues>(
  all: Map<string, Values>,
  key: string,
  values: Values,
): void {
  if (isEmptyFeedback(values)) all.delete(key);
  else all.set(key, values);
}

export class LogModel {
  state: LogState = {
    topics: new Map(),
    conversations: new Map(),
    messages: new Map(),
    feedback: new Map(),
    conversationFeedback: new Map(),
    events: new Map(),
  };

  /** One batch; each element is an append. */
  append(appends: Item[][]): Outcome[] {
    const placed = appends.map((items) => items.map((item) => ({ item, place: this.#placeOf(item) })));
    const groups = new Map<string, { first: number; changes: boolean }>();
    const firstByAuthor = new Map<string, number>();
    const authorKey = ({ payload }: Item, place: string) =>
      JSON.stringify([place, payload.username, payload.source]);
    for (const [index, items] of placed.entries()) {
      for (const { item, place } of items) {
        const group = groups.get(place) ?? { first: index, changes: false };
        groups.set(place, { ...group, changes: group.changes || isStructural(item) });
        const key = authorKey(item, place);
        firstByAuthor.set(key, firstByAuthor.get(key) ?? index);
      }
    }
    const isLate = (place: string, index: number) => {
      const group = groups.get(place);
      return group?.changes === true && group.first !== index;
    };
    return placed.map((items, index) => {
      if (items.some(({ place }) => isLate(place, index))) return 'RETRY_NEXT_BATCH';
      const mayBeUnchanged = ({ item, place }: (typeof items)[number]) =>
        item.skipsUnchanged === true && firstByAuthor.get(authorKey(item, place)) !== index;
      if (items.some(mayBeUnchanged)) return 'RETRY_NEXT_BATCH';
      return this.#appendOne(items);
    });
  }

  #placeOf(item: Item): string {
    return item.conversation_id ?? this.state.messages.get(entityOf(item))?.conversation ?? 'none';
  }

  /** All or none. */
  #appendOne(items: { item: Item; place: string }[]): Outcome {
    const before = structuredClone(this.state);
    const answers: Answer[] = [];
    for (const { item, place } of items) {
      const known = this.state.events.get(item.id);
      const isReplay = known?.item === JSON.stringify(item);
      const refusal = isReplay ? undefined : (this.#refusalOf(item, place) ?? this.#unchanged(item, place));
      if (refusal !== undefined) {
        this.state = before;
        return refusal;
      }
      answers.push(isReplay ? { ...known.answer, replayed: true } : this.#write(item, place));
    }
    return answers;
  }

  #refusalOf(item: Item, place: string): string | undefined {
    const conversation = this.state.conversations.get(place);
    const isTaken = this.state.conversations.has(entityOf(item)) || this.state.messages.has(entityOf(item));
    if (item.type === 'START_CONVERSATION') return isTaken ? 'ID_TAKEN' : undefined;
    const isForeign = !item.privileged && conversation?.username !== item.actor;
    if (item.type === 'UPDATE_MESSAGE') {
      const message = this.state.messages.get(entityOf(item));
      if (message === undefined || message.conversation !== place || isForeign) return 'NO_MESSAGE';
      if (message.role !== 'assistant') return 'NOT_A_REPLY';
      if ('status' in item.payload && message.status !== 'streaming') return 'ALREADY_FINAL';
      return this.#canCompare(item, message) ? undefined : 'NOT_A_SIBLING';
    }
    if (conversation === undefined || isForeign) return 'NO_CONVERSATION';
    if (item.type === 'UPDATE_CONVERSATION') return undefined;
    if (conversation.hasEnded) return 'ENDED';
    if (item.type === 'END_CONVERSATION') return undefined;
    if (isTaken) return 'ID_TAKEN';
    const parent = item.payload.parent_id;
    const hasParent = parent == null || this.state.messages.get(String(parent))?.conversation === place;
    return hasParent ? undefined : 'NO_PARENT';
  }

  /** Feedback that repeats what is recorded, if the append asks to leave that out. */
  #unchanged({ skipsUnchanged, type, payload, ...item }: Item, place: string): string | undefined {
    const conversation = this.state.conversations.get(place);
    if (skipsUnchanged !== true || conversation === undefined || 'status' in payload || 'signal' in payload)
      return;
    const key = `${payload.id} ${authorOf({ ...item, type, payload }, conversation)}`;
    const { feedback, conversationFeedback } = this.state;
    const before =
      (type === 'UPDATE_MESSAGE' ? feedback.get(key) : conversationFeedback.get(key)) ?? emptyFeedback;
    const after = mergeFeedback({ ...emptyFeedback, ...before }, payload);
    return isDeepStrictEqual(after, { ...emptyFeedback, ...before }) ? 'UNCHANGED' : undefined;
  }

  #canCompare(item: Item, message: Message): boolean {
    const named = namedBy(item);
    if (new Set([...named, item.payload.id]).size <= named.length) return false;
    return named.every((id) => {
      const other = this.state.messages.get(String(id));
      return (
        other?.role === 'assistant' &&
        other.conversation === message.conversation &&
        other.parent === message.parent
      );
    });
  }

  #write(item: Item, place: string): Answer {
    if (item.type === 'START_CONVERSATION') {
      const { topic = '', actor } = item;
      const started = { topic, username: String(actor), hasEnded: false, version: 0, newest: null };
      this.state.conversations.set(place, started);
    }
    const conversation = this.state.conversations.get(place);
    if (conversation === undefined) throw new Error('What is accepted has a conversation.');
    conversation.version += 1;
    if (item.type === 'END_CONVERSATION') conversation.hasEnded = true;
    if (item.type === 'ADD_MESSAGE') this.#add(item, place, conversation);
    if (item.type === 'UPDATE_MESSAGE') this.#update(item, conversation);
    if (item.type === 'UPDATE_CONVERSATION') this.#rateConversation(item, conversation);
    const { topic, version } = conversation;
    const offset = this.state.topics.get(topic) ?? 0;
    this.state.topics.set(topic, offset + 1);
    const answer = { offset, version, replayed: false };
    this.state.events.set(item.id, { item: JSON.stringify(item), answer });
    return answer;
  }

  #add(item: Item, place: string, conversation: Conversation): void {
    const { role, status = 'complete', parent_id = conversation.newest } = item.payload;
    this.state.messages.set(entityOf(item), {
      conversation: place,
      parent: parent_id === null ? null : String(parent_id),
      position: conversation.version,
      role,
      status,
    });
    conversation.newest = entityOf(item);
  }

  #update(item: Item, conversation: Conversation): void {
    const { payload } = item;
    const message = this.state.messages.get(String(payload.id));
    if (message !== undefined && 'status' in payload) message.status = payload.status;
    if (!hasFeedback(payload)) return;
    const author = authorOf(item, conversation);
    const { feedback } = this.state;
    if (message !== undefined && namedBy(item).length > 0) this.#endChoices(message, author);
    const key = `${payload.id} ${author}`;
    setOrDelete(feedback, key, mergeFeedback(feedback.get(key) ?? emptyFeedback, payload));
  }

  /** An author has one choice among siblings. */
  #endChoices(message: Message, author: string): void {
    const { messages, feedback } = this.state;
    for (const [id, { conversation, parent }] of messages) {
      if (conversation !== message.conversation || parent !== message.parent) continue;
      const values = feedback.get(`${id} ${author}`);
      // The feedback on the message itself is merged as a whole.
      if (values === undefined || messages.get(id) === message) continue;
      setOrDelete(feedback, `${id} ${author}`, { ...values, preferredOver: [], tiedWith: [] });
    }
  }

  #rateConversation(item: Item, conversation: Conversation): void {
    if (!hasFeedback(item.payload)) return;
    const { conversationFeedback } = this.state;
    const key = `${item.payload.id} ${authorOf(item, conversation)}`;
    const before = conversationFeedback.get(key) ?? conversationFeedbackSchema.parse(emptyFeedback);
    setOrDelete(conversationFeedback, key, mergeConversationFeedback(before, item.payload));
  }
}

function authorOf({ payload }: Item, { username }: Conversation): string {
  return `${payload.username ?? username} ${payload.source ?? 'end_user'}`;
}

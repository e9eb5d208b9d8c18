// The rules of the log once more, in memory and one event after the other: what append_events must come to.
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
type Feedback = Record<'rating' | 'score' | 'comment' | 'tags' | 'correction', unknown>;
/** The answers to the events of an append, or its first refusal. */
export type Outcome = Answer[] | string;
type Known = { item: string; answer: Answer };

export type LogState = {
  /** How many events each topic holds. */
  topics: Map<string, number>;
  conversations: Map<string, Conversation>;
  messages: Map<string, Message>;
  /** By message, author and source, with a space between. */
  feedback: Map<string, Feedback>;
  events: Map<string, Known>;
};

const columns = {
  rating: 'rating',
  score: 'score',
  comment: 'feedback',
  tags: 'tags',
  correction: 'correction',
} as const;
const empty: Feedback = { rating: null, score: null, comment: null, tags: [], correction: null };
const entityOf = (item: Item) => String(item.payload.id);
const isStructural = (item: Item) => item.type !== 'UPDATE_MESSAGE' || 'status' in item.payload;

export class LogModel {
  state: LogState = {
    topics: new Map(),
    conversations: new Map(),
    messages: new Map(),
    feedback: new Map(),
    events: new Map(),
  };

  /** One batch; each element is an append. */
  append(appends: Item[][]): Outcome[] {
    const placed = appends.map((items) => items.map((item) => ({ item, place: this.#placeOf(item) })));
    const groups = new Map<string, { first: number; changes: boolean }>();
    for (const [index, items] of placed.entries()) {
      for (const { item, place } of items) {
        const group = groups.get(place) ?? { first: index, changes: false };
        groups.set(place, { ...group, changes: group.changes || isStructural(item) });
      }
    }
    const isLate = (place: string, index: number) => {
      const group = groups.get(place);
      return group?.changes === true && group.first !== index;
    };
    return placed.map((items, index) => {
      if (items.some(({ place }) => isLate(place, index))) return 'AGAIN';
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
      const refusal = isReplay ? undefined : this.#refusalOf(item, place);
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
      return 'status' in item.payload && message.status !== 'streaming' ? 'ALREADY_FINAL' : undefined;
    }
    if (conversation === undefined || isForeign) return 'NO_CONVERSATION';
    if (conversation.hasEnded) return 'ENDED';
    if (item.type === 'END_CONVERSATION') return undefined;
    if (isTaken) return 'ID_TAKEN';
    const parent = item.payload.parent_id;
    const hasParent = parent == null || this.state.messages.get(String(parent))?.conversation === place;
    return hasParent ? undefined : 'NO_PARENT';
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

  #update({ payload }: Item, conversation: Conversation): void {
    const message = this.state.messages.get(String(payload.id));
    if (message !== undefined && 'status' in payload) message.status = payload.status;
    const fields = Object.entries(columns).filter(([, name]) => name in payload);
    if (fields.length === 0) return;
    const author = payload.username ?? conversation.username;
    const key = [payload.id, author, payload.source ?? 'end_user'].join(' ');
    const changed = fields.filter(([, name]) => payload[name] !== '');
    const next = { ...empty, ...this.state.feedback.get(key) };
    for (const [column, name] of changed)
      Object.assign(next, { [column]: payload[name] ?? (name === 'tags' ? [] : null) });
    if (JSON.stringify(next) === JSON.stringify(empty)) this.state.feedback.delete(key);
    else this.state.feedback.set(key, next);
  }
}

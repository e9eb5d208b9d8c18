// Random histories that the log accepts whole: several conversations in two topics, with all that events can say.
import fc from 'fast-check';
import { conversationFeedbackFieldsSchema, feedbackFieldsSchema } from '../../src/log/feedback-fields.ts';
import { arbitrariesOf, arbitraryOf } from './arbitrary-of.ts';
import { add, end, type Item, impress, start, update } from './log.ts';

const root = { actor: 'root', privileged: true };
/** Which of those that there are: a step does nothing where there is none. */
const which = fc.nat();
const text = fc.oneof(fc.constantFrom('', 'good', 'two\nlines'), fc.string({ unit: 'grapheme' }));
const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const username = fc.constantFrom('ada', 'bob', 'end_user ada', '');

const halves = ['.5', '.0005', '.9995', '.1235', '.9999995', '.0004995', '.0005005'];
const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 });
const fraction = fc.oneof(
  fc.constantFrom('', ...halves),
  digits.map((all) => `.${all.join('')}`),
);
const second = fc
  .oneof(
    fc.date({ min: new Date('1970-01-02'), max: new Date('2090-01-01'), noInvalidDate: true }),
    fc.constantFrom(new Date('1999-12-31T23:59:59Z'), new Date('2000-01-01T00:00:00Z')),
  )
  .map((date) => date.toISOString().slice(0, 19));
const zone = fc.constantFrom('', 'Z', '+00:00', '-00:00', '+05:30', '-11:00', '+14:00');
/** With a zone and without, as precise as can be written, on both sides of the epoch of Postgres. */
const timestamp = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(second, fraction, zone).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: second.map((whole) => whole.slice(0, 16)) },
);

const started = fc.record(
  {
    username,
    title: text,
    metadata: object,
    timestamp,
    model: fc.record({ id: fc.constantFrom('zephyr', 'model b'), metadata: object }),
  },
  { requiredKeys: ['username', 'model'] },
);
const spoken = fc.record(
  { content: text, timestamp, metadata: object, model: fc.constantFrom('zephyr', '') },
  { requiredKeys: ['content', 'timestamp'] },
);
const parameters = fc.record(
  {
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    max_tokens: fc.nat(),
    top_p: fc.constantFrom(0, 0.5, 1),
    stop: fc.array(text, { maxLength: 2 }),
    seed: fc.nat(),
  },
  { requiredKeys: [] },
);
const asked = fc.record({ parameters, model: fc.constant('zephyr'), timestamp });
const finished = fc.record(
  {
    status: fc.constantFrom('complete', 'stopped', 'interrupted', 'failed'),
    content: text,
    reasoning: text,
    error: text,
    finish_reason: fc.constantFrom('stop', 'length', ''),
    usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), total_tokens: fc.nat() }),
    timings: fc.record({
      first_token_ms: fc.option(fc.nat()),
      total_ms: fc.double({ min: 0, max: 1e9, noNaN: true }),
    }),
  },
  { requiredKeys: ['status'] },
);
/** A reply that comes with its end. */
const whole = fc
  .tuple(spoken, finished)
  .map(([{ content, ...fields }, end]) => ({ content, ...fields, ...end }));
const author = fc.record(
  { username, source: fc.constantFrom('end_user', 'reviewer', 'judge', '') },
  { requiredKeys: [] },
);
const signal = fc.constantFrom('copied', 'shared', 'inserted', 'read_aloud', '');
// Choices name siblings, so they are made by steps of their own; all other fields come from the definition.
const { preferred_over, tied_with, ...ownFields } = feedbackFieldsSchema.shape;
const given = arbitrariesOf(ownFields);
const givenAt = fc.record({ timestamp }, { requiredKeys: [] });
const withdrawn = Object.fromEntries(Object.keys(feedbackFieldsSchema.shape).map((name) => [name, null]));
const feedback = fc
  .tuple(
    author,
    fc.oneof(
      { weight: 2, arbitrary: fc.record(given, { requiredKeys: [] }) },
      fc.record({ rating: arbitraryOf(ownFields.rating) }),
      fc.constant(withdrawn),
      fc.record({ signal }),
    ),
    givenAt,
  )
  .map(([by, fields, at]) => ({ ...by, ...fields, ...at }));
const conversationFeedback = fc
  .tuple(
    author,
    fc.record(arbitrariesOf(conversationFeedbackFieldsSchema.shape), { requiredKeys: [] }),
    givenAt,
  )
  .map(([by, fields, at]) => ({ ...by, ...fields, ...at }));
const chosen = fc.record({
  by: fc.tuple(author, givenAt).map(([by, at]) => ({ ...by, ...at })),
  isTie: fc.boolean(),
  isWithdrawn: fc.nat(5),
});
const parent = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: which },
);

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start'),
      topic: fc.constantFrom('t0', 't1'),
      fields: started,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('say'),
      place: which,
      role: fc.constantFrom('system', 'user', 'assistant'),
      parent,
      fields: spoken,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('say'),
      place: which,
      role: fc.constant('assistant'),
      parent,
      fields: whole,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask'), place: which, parent, fields: asked }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish'), place: which, fields: finished }) },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('rate'), place: fc.nat(2), fields: feedback }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('choose'), place: fc.nat(3), fields: chosen }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('rateConversation'),
      place: fc.nat(2),
      fields: conversationFeedback,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('end'),
      place: which,
      fields: fc.record({ timestamp }, { requiredKeys: [] }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Chosen = typeof chosen extends fc.Arbitrary<infer T> ? T : never;

type Conversation = {
  id: string;
  messages: string[];
  /** Of each reply. */
  parents: Map<string, string | null>;
  replies: string[];
  streaming: string[];
  isOpen: boolean;
};

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % from.length];
}

class History {
  readonly items: Item[] = [];
  readonly #conversations: Conversation[] = [];

  take(step: Step): void {
    if (step.kind === 'start') {
      this.#start(step.topic, step.fields);
      return;
    }
    if (step.kind === 'rate') {
      const replies = this.#conversations.flatMap((conversation) => conversation.replies);
      this.#update(pick(replies, step.place), step.fields);
      return;
    }
    if (step.kind === 'choose') {
      this.#choose(step.place, step.fields);
      return;
    }
    if (step.kind === 'rateConversation') {
      const place = pick(this.#conversations, step.place);
      if (place !== undefined) this.#push(impress(place.id, step.fields, root));
      return;
    }
    if (step.kind === 'finish') {
      const place = pick(
        this.#which(({ streaming }) => streaming.length > 0),
        step.place,
      );
      this.#update(place?.streaming.shift(), step.fields);
      return;
    }
    const place = pick(
      this.#which(({ isOpen }) => isOpen),
      step.place,
    );
    if (place === undefined) return;
    const streaming = { role: 'assistant', content: '', status: 'streaming' };
    if (step.kind === 'say') this.#add(place, step.parent, { ...step.fields, role: step.role });
    else if (step.kind === 'ask') this.#add(place, step.parent, { ...step.fields, ...streaming });
    else this.#end(place, step.fields);
  }

  #which(is: (conversation: Conversation) => boolean): Conversation[] {
    return this.#conversations.filter(is);
  }

  #push(item: Item, fields: object = {}): void {
    this.items.push({ ...item, payload: { ...item.payload, ...fields } });
  }

  #start(topic: string, fields: object): void {
    const id = `c${this.items.length}`;
    this.#push(start(id, { topic, ...root }), fields);
    this.#conversations.push({
      id,
      messages: [],
      parents: new Map(),
      replies: [],
      streaming: [],
      isOpen: true,
    });
  }

  #add(
    place: Conversation,
    under: number | null | undefined,
    fields: { role: string; status?: string },
  ): void {
    const id = `m${this.items.length}`;
    const parentId = typeof under === 'number' ? (pick(place.messages, under) ?? null) : under;
    this.#push(add(place.id, id, fields, root), parentId === undefined ? {} : { parent_id: parentId });
    const newest = place.messages.at(-1) ?? null;
    place.messages.push(id);
    if (fields.role === 'assistant') place.parents.set(id, parentId === undefined ? newest : parentId);
    if (fields.role === 'assistant') place.replies.push(id);
    if (fields.status === 'streaming') place.streaming.push(id);
  }

  #update(id: string | undefined, fields: Record<string, unknown>): void {
    if (id !== undefined) this.#push(update(id, fields, root));
  }

  /** Of the replies that have siblings, one is chosen over the others or called as good, or that is withdrawn. */
  #choose(index: number, { by, isTie, isWithdrawn }: Chosen): void {
    const groups = this.#conversations.flatMap(({ replies, parents }) =>
      replies.map((id) => ({
        id,
        others: replies.filter((other) => other !== id && parents.get(other) === parents.get(id)),
      })),
    );
    const one = pick(
      groups.filter(({ others }) => others.length > 0),
      index,
    );
    if (one === undefined) return;
    const none: string[] | null = isWithdrawn === 0 ? null : [];
    const others = isWithdrawn <= 1 ? none : one.others;
    this.#update(one.id, { ...by, preferred_over: isTie ? none : others, tied_with: isTie ? others : none });
  }

  #end(place: Conversation, fields: object): void {
    this.#push(end(place.id, root), fields);
    place.isOpen = false;
  }
}

const begun = (topic: 't0' | 't1') =>
  fc.record({ kind: fc.constant('start'), topic: fc.constant(topic), fields: started });

/** Events in their order: append_events takes each. */
export const history: fc.Arbitrary<Item[]> = fc
  .tuple(begun('t0'), begun('t1'), fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }))
  .map(([first, second, rest]) => {
    const made = new History();
    for (const one of [first, second, ...rest]) made.take(one);
    return made.items;
  });

import { executeSubscriptionEvent, parse, validateSubscriptionArgs } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema.ts';
import { compileSelection, type PlainType } from '../../src/delivery/compiled-selection.ts';
import { deltaDelivery, textOffsetsOf } from '../../src/generation/delta-delivery.ts';
import type { GenerationUpdate, TextOffsets } from '../../src/generation/follow/reply-cursor.ts';
import type { LogEvent } from '../../src/log/event.ts';
import { eventDelivery } from '../../src/log/event-delivery.ts';

const delta = {
  kind: 'delta',
  messageId: 'm',
  channel: 'reasoning',
  offset: 3,
  end: 5,
  text: 'é"',
  position: { text: 7, reasoning: 5 },
} as const satisfies GenerationUpdate;
const event: LogEvent = {
  id: 'e',
  topic: 'default',
  offset: 4_294_967_296,
  type: 'UPDATE_MESSAGE',
  conversationId: 'c',
  version: 3,
  actor: null,
  recordedAt: new Date('2026-11-24T10:00:00.120Z'),
  payload: { id: 'm', rating: 'like', score: null, feedback: '' },
};

function prepare<Value>(plain: PlainType<Value>, document: string, rootValue: Value) {
  const validated = validateSubscriptionArgs({ schema, document: parse(document), rootValue });
  if (!('operation' in validated)) throw new Error(String(validated));
  const fragments = Object.fromEntries(
    Object.entries(validated.fragments).map(([name, { definition }]) => [name, definition]),
  );
  return { validated, respond: compileSelection(plain, validated.operation, fragments) };
}

const field = (selection: string) => `subscription { generation(messageId: "m") { ${selection} } }`;
const everyField = Object.keys(eventDelivery.reads).join(' ');

describe('the compiled selection of deltas', () => {
  it.each([
    field('__typename ... on GenerationDelta { messageId channel offset end text }'),
    field('... on GenerationDelta { text t: text kind: __typename } ... on GenerationEnd { message { id } }'),
    field('... { __typename } ... on GenerationEvent { ... on GenerationDelta { end } }'),
    field('... on GenerationEnd { message { id } }'),
    'subscription S { g: generation(messageId: "m") { ...D } } fragment D on GenerationDelta { ...E text } fragment E on GenerationDelta { end }',
  ])('gives %s the data that GraphQL gives', async (document) => {
    const { validated, respond } = prepare(deltaDelivery, document, delta);
    const { data } = await executeSubscriptionEvent(validated);
    expect(JSON.stringify(respond?.(delta))).toBe(JSON.stringify(data));
  });

  it.each([
    field('... on GenerationDelta { text @include(if: false) }'),
    field('... on GenerationDelta @skip(if: true) { text }'),
    'subscription { generation(messageId: "m") @include(if: true) { __typename } }',
  ])('leaves %s to GraphQL', (document) => {
    expect(prepare(deltaDelivery, document, delta).respond).toBeUndefined();
  });
});

describe('the id to resume from after a delta', () => {
  it('is the text offset alone if there is no reasoning, else both offsets, and can be read back', () => {
    const idOf = (position: TextOffsets) => deltaDelivery.resumeId({ ...delta, position });
    expect(idOf({ text: 7, reasoning: 0 })).toBe('7');
    expect(idOf({ text: 0, reasoning: 5 })).toBe('0.5');
    for (const position of [
      { text: 0, reasoning: 0 },
      { text: 12, reasoning: 0 },
      { text: 12, reasoning: 9 },
    ]) {
      expect(textOffsetsOf(idOf(position))).toEqual(position);
    }
  });

  it.each(['', 'x', '1.', '.1', '1.2.3', '-1', '1e3', '1,2', '12345678901'])('is not %j', (id) => {
    expect(() => textOffsetsOf(id)).toThrow('Last-Event-ID');
  });
});

describe('the compiled selection of events of the log', () => {
  it.each([
    `subscription { events { ${everyField} __typename } }`,
    'subscription { e: events(topic: "t") { o: offset ... on Node { id } ... on Event { payload } ...F } } fragment F on Event { type }',
  ])('gives %s the data that GraphQL gives', async (document) => {
    const { validated, respond } = prepare(eventDelivery, document, event);
    const { data } = await executeSubscriptionEvent(validated);
    expect(JSON.stringify(respond?.(event))).toBe(JSON.stringify(data));
  });

  it('has every field of the type', () => {
    const type = schema.getType('Event');
    expect(type !== undefined && 'getFields' in type && Object.keys(type.getFields()).sort()).toEqual(
      Object.keys(eventDelivery.reads).sort(),
    );
  });
});

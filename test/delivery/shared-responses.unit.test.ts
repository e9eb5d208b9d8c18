import { getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSharedResponses, resumeId } from '../../src/delivery/shared-responses.ts';
import { deltaDelivery } from '../../src/generation/delta-delivery.ts';
import type { GenerationUpdate } from '../../src/generation/follow/reply-cursor.ts';

type Delta = Extract<GenerationUpdate, { kind: 'delta' }>;

const delta: Delta = {
  kind: 'delta',
  messageId: 'm',
  channel: 'text',
  offset: 3,
  end: 5,
  text: 'ab',
  position: { text: 5, reasoning: 0 },
};

function documentOf(selection: string) {
  const operation = getOperationAST(parse(`subscription { generation(messageId: "m") { ${selection} } }`));
  if (operation == null) throw new Error('No operation.');
  return { operation, fragments: {} };
}

const text = '... on GenerationDelta { offset text }';
const execute = () => ({ data: { executed: true } });

describe('results of one operation', () => {
  it('are the same object for readers of the same piece', () => {
    const respondTo = createSharedResponses(deltaDelivery);
    const document = documentOf(text);
    const first = respondTo(document, execute)(delta);
    expect(respondTo(document, execute)({ ...delta })).toBe(first);
    expect(first).toEqual({ data: { generation: { offset: 3, text: 'ab' } }, [resumeId]: '5' });
  });

  it.each<[string, Partial<Delta>]>([
    ['reply', { messageId: 'n' }],
    ['channel', { channel: 'reasoning' }],
    ['start', { offset: 2 }],
    ['end', { end: 6 }],
    ['text', { text: 'ba' }],
    ['position in the text', { position: { text: 6, reasoning: 0 } }],
    ['position in the reasoning', { position: { text: 5, reasoning: 2 } }],
  ])('are not shared with a piece of another %s', (_name, change) => {
    const respond = createSharedResponses(deltaDelivery)(documentOf(text), execute);
    const first = respond(delta);
    expect(respond({ ...delta, ...change })).not.toBe(first);
    expect(respond(delta)).toEqual(first);
  });

  it('are not shared with another operation', () => {
    const respondTo = createSharedResponses(deltaDelivery);
    respondTo(documentOf(text), execute)(delta);
    const second = respondTo(documentOf('... on GenerationDelta { end }'), execute)(delta);
    expect(second).toMatchObject({ data: { generation: { end: 5 } } });
  });

  it('are executed by GraphQL for values of another type, and for selections that can not be compiled', () => {
    const respondTo = createSharedResponses(deltaDelivery);
    expect(respondTo(documentOf(text), execute)({ kind: 'end', messageId: 'm' })).toEqual(execute());
    const document = documentOf('... on GenerationDelta { text @include(if: true) }');
    expect(respondTo(document, execute)(delta)).toBeInstanceOf(Promise);
  });
});

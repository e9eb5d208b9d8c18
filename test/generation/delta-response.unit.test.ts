import { executeSubscriptionEvent, parse, validateSubscriptionArgs } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileDeltaResponse } from '../../src/generation/delta-response.ts';
import type { GenerationUpdate } from '../../src/generation/follow.ts';
import { schema } from '../../src/graphql/schema.ts';

const delta = { kind: 'delta', messageId: 'm', offset: 3, end: 5, text: 'é"' } satisfies GenerationUpdate;

function prepare(document: string) {
  const validated = validateSubscriptionArgs({ schema, document: parse(document), rootValue: delta });
  if (!('operation' in validated)) throw new Error(String(validated));
  const fragments = Object.fromEntries(
    Object.entries(validated.fragments).map(([name, { definition }]) => [name, definition]),
  );
  return { validated, respond: compileDeltaResponse(validated.operation, fragments) };
}

const field = (selection: string) => `subscription { generation(messageId: "m") { ${selection} } }`;

describe('the shortcut for deltas', () => {
  it.each([
    field('__typename ... on GenerationDelta { messageId offset end text }'),
    field('... on GenerationDelta { text t: text kind: __typename } ... on GenerationEnd { message { id } }'),
    field('... { __typename } ... on GenerationEvent { ... on GenerationDelta { end } }'),
    field('... on GenerationEnd { message { id } }'),
    'subscription S { g: generation(messageId: "m") { ...D } } fragment D on GenerationDelta { ...E text } fragment E on GenerationDelta { end }',
  ])('answers %s as GraphQL does', async (document) => {
    const { validated, respond } = prepare(document);
    const { data } = await executeSubscriptionEvent(validated);
    expect(JSON.stringify(respond?.(delta))).toBe(JSON.stringify(data));
  });

  it.each([
    field('... on GenerationDelta { text @include(if: false) }'),
    field('... on GenerationDelta @skip(if: true) { text }'),
    'subscription { generation(messageId: "m") @include(if: true) { __typename } }',
  ])('leaves %s to GraphQL', (document) => {
    expect(prepare(document).respond).toBeUndefined();
  });
});

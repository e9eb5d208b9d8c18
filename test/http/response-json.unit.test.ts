// How a result becomes the JSON that clients get.
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { createToJson } from '../../src/http/response-json.ts';

/** A result that counts how often it is rendered. */
function countedResult() {
  const counted = { renderings: 0, result: { data: { text: 'é' } } };
  Object.assign(counted.result, {
    toJSON() {
      counted.renderings += 1;
      return { data: counted.result.data };
    },
  });
  return counted;
}

it('a result that many readers follow is rendered once', () => {
  const toJson = createToJson();
  const counted = countedResult();
  const texts = new Set([1, 2, 3].map(() => toJson(counted.result)));
  expect(texts.size).toBe(1);
  expect(counted.renderings).toBe(1);
});

it('no result but the last is kept', () => {
  const toJson = createToJson();
  const counted = countedResult();
  toJson(counted.result);
  toJson({ data: null });
  toJson(counted.result);
  expect(counted.renderings).toBe(2);
});

it('a result of one server is not rendered by another', () => {
  const [one, another] = [createToJson(), createToJson()];
  const counted = countedResult();
  one(counted.result);
  another(counted.result);
  one(counted.result);
  expect(counted.renderings).toBe(2);
});

it('the HTTP status of an error is not part of the response', () => {
  const toJson = createToJson();
  const render = (extensions: Record<string, unknown>) =>
    toJson({ errors: [new GraphQLError('No.', { extensions })] });
  expect(render({ code: 'UNAUTHENTICATED', http: { status: 401 } })).toBe(
    '{"errors":[{"message":"No.","extensions":{"code":"UNAUTHENTICATED"}}]}',
  );
  expect(render({ http: { status: 401 } })).toBe('{"errors":[{"message":"No."}]}');
});

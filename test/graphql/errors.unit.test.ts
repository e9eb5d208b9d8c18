// What clients are told of failures that nobody expected.
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { createErrorMask } from '../../src/graphql/errors.ts';

it.each([
  ['EPIPE', 'write EPIPE'],
  ['ECONNRESET', 'read ECONNRESET'],
  ['ETIMEDOUT', 'read ETIMEDOUT'],
  ['57P01', 'terminating connection due to administrator command'],
])(
  'a connection to Postgres that broke with %s is UPSTREAM_FAILED, which may be repeated',
  (code, message) => {
    const mask = createErrorMask(() => {});
    const error = Object.assign(new Error(message), { code });
    expect(mask(error).extensions.code).toBe('UPSTREAM_FAILED');
  },
);

it('a bug has no code and is logged once, however often it is masked', () => {
  const bugs: unknown[] = [];
  const mask = createErrorMask((error) => bugs.push(error));
  const bug = new TypeError('secret');
  const masked = mask(mask(new GraphQLError('secret', { originalError: bug, path: ['topics'] })));
  expect(masked.toJSON()).toEqual({
    message: 'Something went wrong here; it was logged.',
    path: ['topics'],
  });
  expect(bugs).toEqual([bug]);
});

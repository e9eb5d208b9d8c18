// The errors that clients get, and which failures are logged.
import { PothosValidationError } from '@pothos/core';
import { GraphQLError } from 'graphql';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { createErrorMask } from '../../src/graphql/errors.ts';

const fromPostgres = (code: string) => Object.assign(new pg.DatabaseError('secret', 6, 'error'), { code });
const fromNode = (code: string) => Object.assign(new Error(`read ${code}`), { code });

const bug = 'Something went wrong here. The error was logged.';
const unreachable = 'The database cannot be reached. Try again in a moment.';

/** What is thrown, the code and the message that clients get, and whether the error is logged. */
const cases: [string, unknown, string | undefined, string, boolean][] = [
  ['a refusal', new AppError('NOT_FOUND', 'No such reply.'), 'NOT_FOUND', 'No such reply.', false],
  ['an error of validation', new GraphQLError('No field x.'), 'INVALID_INPUT', 'No field x.', false],
  ['an error of Pothos', new PothosValidationError('first is odd.'), 'INVALID_INPUT', 'first is odd.', false],
  [
    'an error of Yoga with a code of the list',
    new GraphQLError('Too deep.', { extensions: { code: 'LIMIT_EXCEEDED' } }),
    'LIMIT_EXCEEDED',
    'Too deep.',
    false,
  ],
  [
    'an error of Yoga with another code',
    new GraphQLError('Odd.', { extensions: { code: 'BAD_REQUEST' } }),
    'INVALID_INPUT',
    'Odd.',
    false,
  ],
  ...['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT'].map((code): (typeof cases)[number] => [
    code,
    fromNode(code),
    'UPSTREAM_FAILED',
    unreachable,
    true,
  ]),
  ...['57P01', '08006'].map((code): (typeof cases)[number] => [
    code,
    fromPostgres(code),
    'UPSTREAM_FAILED',
    unreachable,
    true,
  ]),
  [
    'a connection that ended',
    new Error('Connection terminated unexpectedly'),
    'UPSTREAM_FAILED',
    unreachable,
    true,
  ],
  ['a cancelled statement', fromPostgres('57014'), undefined, bug, true],
  ['a deadlock', fromPostgres('40P01'), undefined, bug, true],
  ['a missing table', fromPostgres('42P01'), undefined, bug, true],
  ['an Error without a code', new Error('secret'), undefined, bug, true],
  ['a TypeError', new TypeError("Cannot read 'connect'"), undefined, bug, true],
  ['what is not an Error', 'secret', undefined, bug, true],
];

describe('a failure', () => {
  it.each(cases)('of %s', (_name, error, code, message, isLogged) => {
    const logged: unknown[] = [];
    const mask = createErrorMask((reported) => logged.push(reported));
    const wrapped =
      error instanceof Error && !(error instanceof GraphQLError)
        ? new GraphQLError('wrapped', { originalError: error, path: ['topics'] })
        : error;
    for (const thrown of [error, wrapped]) {
      const masked = mask(thrown);
      expect({ code: masked.extensions.code, message: masked.message }).toEqual({ code, message });
    }
    expect(logged).toEqual(isLogged ? [error, error] : []);
  });

  it('that is a bug has no code, and is logged once however often it is masked', () => {
    const logged: unknown[] = [];
    const mask = createErrorMask((reported) => logged.push(reported));
    const error = new TypeError('secret');
    const masked = mask(mask(new GraphQLError('secret', { originalError: error, path: ['topics'] })));
    expect(masked.toJSON()).toEqual({ message: bug, path: ['topics'] });
    expect(logged).toEqual([error]);
  });
});

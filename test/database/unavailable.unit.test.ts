// Which errors mean that Postgres could not be reached, and which that the same query may succeed in a moment.
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { isDatabaseUnavailable, isDatabaseUnreachable } from '../../src/database/unavailable.ts';
import { AppError } from '../../src/errors.ts';
import { Prisma } from '../../src/generated/prisma/client.ts';

const fromPostgres = (code: string, message = 'as Postgres puts it') =>
  Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });
const fromNode = (code: string) => Object.assign(new Error(`read ${code}`), { code });
const fromPrisma = (code: string) =>
  new Prisma.PrismaClientKnownRequestError('as Prisma puts it', { code, clientVersion: '7' });

/** The error, whether Postgres was unreachable, and whether the same query may succeed in a moment. */
const cases: [string, unknown, boolean, boolean][] = [
  ['a connection that was reset', fromNode('ECONNRESET'), true, true],
  ['a connection that was refused', fromNode('ECONNREFUSED'), true, true],
  ['a write to a closed connection', fromNode('EPIPE'), true, true],
  ['a connection that timed out', fromNode('ETIMEDOUT'), true, true],
  ['a Unix socket that does not exist', fromNode('ENOENT'), true, true],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), true, true],
  ['a pool that could not connect in time', new Error('timeout exceeded when trying to connect'), true, true],
  ['a connection that broke earlier', new Error('Client has encountered a connection error'), true, true],
  ['a query that timed out in the driver', new Error('Query read timeout'), false, true],
  ['Prisma without a server', fromPrisma('P1001'), true, true],
  ['Prisma with a server that closed the connection', fromPrisma('P1017'), true, true],
  ['Prisma without a free connection', fromPrisma('P2024'), true, true],
  ['a record that Prisma did not find', fromPrisma('P2025'), false, true],
  ['08006: a connection failure', fromPostgres('08006'), true, true],
  [
    '57P01: a shutdown',
    fromPostgres('57P01', 'terminating connection due to administrator command'),
    true,
    true,
  ],
  ['57P03: a server that is starting', fromPostgres('57P03'), true, true],
  ['57014: a cancelled statement', fromPostgres('57014'), false, true],
  ['25006: a read-only server', fromPostgres('25006'), false, true],
  ['28P01: a refused login', fromPostgres('28P01'), false, true],
  ['40P01: a deadlock', fromPostgres('40P01'), false, true],
  [
    '53300: too many connections',
    fromPostgres('53300', 'remaining connection slots are reserved'),
    false,
    true,
  ],
  ['58030: an I/O error', fromPostgres('58030'), false, true],
  ['22P05: a character that Postgres can not store', fromPostgres('22P05'), false, false],
  ['23505: a repeated key', fromPostgres('23505'), false, false],
  ['42P01: a missing table', fromPostgres('42P01'), false, false],
  ['an answer of another shape', new ZodError([]), false, false],
  ['a bug', new TypeError("Cannot read properties of undefined (reading 'connect')"), false, false],
  ['a refusal', new AppError('NOT_FOUND', 'There is no connection here.'), false, false],
];

describe('an error', () => {
  it.each(cases)('of %s', (_name, error, isUnreachable, isUnavailable) => {
    expect({
      isUnreachable: isDatabaseUnreachable(error),
      isUnavailable: isDatabaseUnavailable(error),
    }).toEqual({ isUnreachable, isUnavailable });
  });

  it('that is not an Error says nothing of Postgres', () => {
    expect(isDatabaseUnreachable('connect')).toBe(false);
  });
});

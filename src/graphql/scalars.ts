// The scalars beyond those of GraphQL: DateTime, JSON and Offset.
import { AppError } from '../errors.ts';
import { builder } from './builder.ts';

function parseInstant(value: unknown): Date {
  // RFC 3339, section 5.6: date, time to the second, optional fraction, and an offset from UTC.
  if (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value) &&
    !Number.isNaN(Date.parse(value))
  ) {
    return new Date(value);
  }
  throw new AppError(
    'INVALID_INPUT',
    `${JSON.stringify(value)} is not an instant in RFC 3339. Write it like 2026-11-23T18:00:00Z.`,
  );
}

function parseOffset(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new AppError(
    'INVALID_INPUT',
    `${JSON.stringify(value)} is not an offset. Give an integer from 0 to 9007199254740991.`,
  );
}

builder.scalarType('DateTime', {
  description:
    'Instant in UTC (RFC 3339) with milliseconds, such as 2026-11-23T18:00:00.000Z. Input may have any offset from UTC.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => (value instanceof Date ? value.toISOString() : parseInstant(value).toISOString()),
  parseValue: parseInstant,
});

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value,
});

builder.scalarType('Offset', {
  description: 'Position of an event in the log of its topic: an integer from 0 to 2^53 - 1.',
  serialize: (value) => parseOffset(Number(value)),
  parseValue: parseOffset,
});

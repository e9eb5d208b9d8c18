// Parses a line of JSON and validates it by a schema; an error is one sentence about what is wrong.
import type { z } from 'zod';
import { AppError } from '../../../errors.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export const maxDepth = 100;

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

/**
 * Parses JSON. Integers beyond 2^53 become strings: as numbers they would change their value.
 * @throws AppError INVALID_INPUT if it is not JSON, or nested more than 100 levels deep
 */
export function parseJson(text: string): unknown {
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '') && !Number.isSafeInteger(value)
      ? context?.source
      : value;
  let value: unknown;
  try {
    value = JSON.parse(text, /\d{16}/.test(text) ? exact : undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('INVALID_INPUT', `The record is not JSON: ${reason}.`);
  }
  if (!isDeeper(value, maxDepth)) return value;
  throw new AppError('INVALID_INPUT', `The record is nested more than ${maxDepth} levels deep.`);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'The record' : path.map(String).join('.').slice(0, 100);
}

/**
 * @returns the record, and the line without its whitespace and escapes: equal for equal values, however they are written
 * @throws AppError INVALID_INPUT
 */
export function readJsonLine<Schema extends z.ZodType>(
  schema: Schema,
  line: string,
): { record: z.output<Schema>; canonical: string } {
  const value = parseJson(line);
  const { data, error } = schema.safeParse(value);
  const issue = error?.issues[0];
  if (issue === undefined && data !== undefined) return { record: data, canonical: JSON.stringify(value) };
  const reason = issue?.message.replace(/\.$/, '');
  throw new AppError('INVALID_INPUT', `${pathOf(issue?.path ?? [])}: ${reason}.`);
}

// Reads a record of JSON by a schema, and says in one sentence what is wrong with it.
import type { z } from 'zod';
import { AppError } from '../../../errors.ts';

const deepest = 100;

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

/**
 * Whole numbers beyond 2^53 stay text: as a number they would become another one.
 * @throws AppError INVALID_INPUT where it is no JSON, or nested without end
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
    throw new AppError('INVALID_INPUT', `The record is no JSON: ${reason}.`);
  }
  if (!isDeeper(value, deepest)) return value;
  throw new AppError('INVALID_INPUT', `The record is nested more than ${deepest} deep.`);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'The record' : path.map(String).join('.').slice(0, 100);
}

/**
 * @returns what was read, and the line without its spaces and escapes: the same for everyone who writes it
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

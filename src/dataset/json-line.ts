// Reads a line of JSON by a schema, and says in one sentence what is wrong with it.
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { isDeeper } from './ensign-record.ts';

const deepest = 100;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('INVALID_INPUT', `The record is no JSON: ${reason}.`);
  }
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
  if (isDeeper(value, deepest)) {
    throw new AppError('INVALID_INPUT', `The record is nested more than ${deepest} deep.`);
  }
  const { data, error } = schema.safeParse(value);
  const issue = error?.issues[0];
  if (issue === undefined && data !== undefined) return { record: data, canonical: JSON.stringify(value) };
  const reason = issue?.message.replace(/\.$/, '');
  throw new AppError('INVALID_INPUT', `${pathOf(issue?.path ?? [])}: ${reason}.`);
}

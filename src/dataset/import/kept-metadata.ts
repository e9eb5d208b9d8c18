// Keeps the fields of a record that have no meaning here as metadata: an import drops nothing in silence.
import { checkMetadata } from '../../conversation/validate-text.ts';
import { AppError } from '../../errors.ts';
import type { JsonValue } from './parse/json-line.ts';

type Fields = Record<string, JsonValue>;

/**
 * Merges the record's own `metadata`, its other fields and what the importer adds into one object.
 * @param added what the importer itself records, such as the original id
 * @returns an object to spread into a payload: without `metadata` if there is nothing to keep
 * @throws AppError INVALID_INPUT if two of them have the same name
 */
export function keepAsMetadata(
  { metadata, ...others }: Fields,
  added: Fields = {},
): { metadata?: Record<string, never> } {
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  const nested = isObject || metadata === undefined ? { ...metadata } : { metadata };
  const entries = [nested, others, added].flatMap((part) => Object.entries(part));
  const names = new Set<string>();
  for (const [name] of entries) {
    if (names.has(name)) {
      const field = `metadata.${name.slice(0, 60)}`;
      throw new AppError('INVALID_INPUT', `Two fields would become ${field}: rename one of them.`);
    }
    names.add(name);
  }
  return entries.length === 0 ? {} : { metadata: checkMetadata('metadata', Object.fromEntries(entries)) };
}

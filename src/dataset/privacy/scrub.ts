// Removes what is private from a record, whatever its format: redacts texts, and replaces usernames.
import type { Pseudonyms } from './pseudonyms.ts';
import type { Redactor } from './redact.ts';

export type Privacy = { names: Pseudonyms; redactor: Redactor | undefined };

/** Fields that hold what people and models wrote, in every format. */
const textFields = new Set([
  'content',
  'reasoning',
  'comment',
  'feedback',
  'correction',
  'title',
  'error',
  'tags',
]);
const nameFields = new Set(['username', 'actor']);
/** Fields in which every text may be something that a person wrote. */
const openFields = new Set(['metadata']);

async function scrubValue(
  value: unknown,
  field: string,
  isOpen: boolean,
  privacy: Privacy,
): Promise<unknown> {
  if (typeof value === 'string') {
    if (nameFields.has(field)) return privacy.names(value);
    const isText = isOpen || textFields.has(field);
    return isText && privacy.redactor !== undefined ? await privacy.redactor.redact(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return await scrubFields(value, isOpen, privacy);
  const items: unknown[] = [];
  for (const item of value) items.push(await scrubValue(item, field, isOpen, privacy));
  return items;
}

async function scrubFields(
  record: object,
  isOpen: boolean,
  privacy: Privacy,
): Promise<Record<string, unknown>> {
  const scrubbed: Record<string, unknown> = {};
  // One after the other: placeholders are numbered in the order of the text.
  for (const [name, value] of Object.entries(record)) {
    scrubbed[name] = await scrubValue(value, name, isOpen || openFields.has(name), privacy);
  }
  return scrubbed;
}

/** A copy of the record without what is private. */
export function withoutPrivate(
  record: Record<string, unknown>,
  privacy: Privacy,
): Promise<Record<string, unknown>> {
  return scrubFields(record, false, privacy);
}

// Takes what is private out of a record, whatever its format: texts by a redactor, usernames by their names.
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
/** All that is in them may be what someone wrote. */
const openFields = new Set(['metadata']);

async function clean(value: unknown, field: string, isOpen: boolean, privacy: Privacy): Promise<unknown> {
  if (typeof value === 'string') {
    if (nameFields.has(field)) return privacy.names(value);
    const isText = isOpen || textFields.has(field);
    return isText && privacy.redactor !== undefined ? await privacy.redactor.redact(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return await cleanFields(value, isOpen, privacy);
  const items: unknown[] = [];
  for (const item of value) items.push(await clean(item, field, isOpen, privacy));
  return items;
}

async function cleanFields(
  record: object,
  isOpen: boolean,
  privacy: Privacy,
): Promise<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  // One after the other: placeholders are numbered in the order of the text.
  for (const [name, inner] of Object.entries(record)) {
    fields[name] = await clean(inner, name, isOpen || openFields.has(name), privacy);
  }
  return fields;
}

/** A copy of the record without what is private. */
export function withoutPrivate(
  record: Record<string, unknown>,
  privacy: Privacy,
): Promise<Record<string, unknown>> {
  return cleanFields(record, false, privacy);
}

// The contract of an export format: the records that it makes of a conversation, the JSON Schema of its lines, and
// everything else that the rest of the code must know about it. Nothing compares the names of formats.
import type { PastConversation } from '../../../log/read/conversations.ts';
import type { ExportCounts } from '../export-counts.ts';
import type { Recipe } from '../recipe.ts';
import type { ExportRecord } from '../record.ts';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = { [key: string]: unknown };

export type Format = {
  /** A few words, for a menu of formats. */
  label: string;
  /** One line, for the list of all formats. */
  summary: string;
  /** Schema of one line, with and without its provenance. */
  schema: JsonSchema;
  /** Whether records name users: an export replaces the names as the recipe says. */
  holdsUsernames: boolean;
  /** Whether records have a label: the manifest counts both of its values. */
  isLabelled: boolean;
  /**
   * The records of one conversation, in an order that follows from the conversation alone. Adds what is left out, and
   * conflicts between authors, to the counts.
   */
  records(past: PastConversation, recipe: Recipe, counts: ExportCounts): ExportRecord[];
};

const text = { type: 'string', pattern: '\\S' };

/** @param others properties that a message may have beside its role and content */
export const messageSchema = (
  roles: readonly string[],
  others: { [key: string]: JsonSchema } = {},
): JsonSchema => ({
  type: 'object',
  properties: { role: { enum: roles }, content: text, ...others },
  required: ['role', 'content'],
  additionalProperties: false,
});

export const anyMessage = messageSchema(['system', 'user', 'assistant']);
export const promptSchema: JsonSchema = { type: 'array', items: anyMessage, minItems: 1 };
export const replySchema: JsonSchema = {
  type: 'array',
  items: messageSchema(['assistant']),
  minItems: 1,
  maxItems: 1,
};
export const threadSchema: JsonSchema = {
  type: 'array',
  items: anyMessage,
  minItems: 2,
  contains: messageSchema(['assistant']),
};

/** What --provenance adds to each record. */
const provenanceSchema: JsonSchema = {
  type: 'object',
  properties: {
    from: { type: 'string' },
    conversation: { type: 'string' },
    messages: { type: 'array', items: { type: 'string' } },
    raters: { type: 'integer', minimum: 0 },
    authors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { username: { type: 'string' }, source: { enum: ['end_user', 'reviewer', 'judge'] } },
        required: ['username', 'source'],
        additionalProperties: false,
      },
    },
  },
  required: ['from', 'conversation', 'messages', 'raters'],
  additionalProperties: false,
};

/** The schema of a line that has exactly these fields. */
export function lineSchema(title: string, properties: { [key: string]: JsonSchema }): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    type: 'object',
    properties: { ...properties, provenance: provenanceSchema },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

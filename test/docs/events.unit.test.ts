import { globSync, readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorCodes } from '../../src/errors.ts';
import {
  addMessageSchema,
  endConversationSchema,
  eventTypes,
  startConversationSchema,
  updateConversationSchema,
  updateMessageSchema,
} from '../../src/log/event.ts';
import { repository } from '../support/documents.ts';
import { codesIn, tablesOf } from '../support/tables.ts';

const page = readFileSync(`${repository}docs/events.md`, 'utf8');
const tables = tablesOf(page);

const schemas: Record<(typeof eventTypes)[number], z.ZodType> = {
  START_CONVERSATION: startConversationSchema,
  ADD_MESSAGE: addMessageSchema,
  UPDATE_MESSAGE: updateMessageSchema,
  UPDATE_CONVERSATION: updateConversationSchema,
  END_CONVERSATION: endConversationSchema,
};

// What this test reads of a JSON Schema.
const jsonSchema = z.looseObject({
  type: z.union([z.string().transform((type) => [type]), z.array(z.string())]).default([]),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  enum: z.array(z.string()).default([]),
  const: z.string().optional(),
  anyOf: z.array(z.unknown()).default([]),
});

/** What the page has to say of a field. */
type Field = { isRequired: boolean; isNullable: boolean; values: string[] };

/** The schemas that a value may be of. */
function alternativesOf(schema: unknown): z.output<typeof jsonSchema>[] {
  const parsed = jsonSchema.parse(schema);
  return parsed.anyOf.length === 0 ? [parsed] : parsed.anyOf.flatMap(alternativesOf);
}

/** The fields of an object, and of the objects in it, by `name` or by `name` of the object that holds them. */
function fieldsOf(name: string, schema: unknown, into = new Map<string, Map<string, Field>>()) {
  const { properties = {}, required } = jsonSchema.parse(schema);
  const fields = new Map<string, Field>();
  into.set(name, fields);
  for (const [field, inner] of Object.entries(properties)) {
    const alternatives = alternativesOf(inner);
    fields.set(field, {
      isRequired: required.includes(field),
      isNullable: alternatives.some(({ type }) => type.includes('null')),
      values: alternatives.flatMap((one) => (one.const === undefined ? one.enum : [one.const])).sort(),
    });
    for (const one of alternatives) if (one.properties !== undefined) fieldsOf(`\`${field}\``, one, into);
  }
  return into;
}

/** The same, as the page has it. */
function fieldsOnPage(heading: string): Map<string, Field> {
  const table = tables.find((one) => one.heading === heading);
  if (table === undefined) throw new Error(`docs/events.md has no table under ${heading}.`);
  return new Map(
    table.rows.map(({ Field: field, Required: required, Type: type = '' }) => [
      codesIn(field)[0] ?? '',
      {
        isRequired: required === 'yes',
        isNullable: /\bnull\b/.test(type),
        values: codesIn(type)
          .map((code) => (code === '""' ? '' : code))
          .sort(),
      },
    ]),
  );
}

describe('the page docs/events.md', () => {
  it.for([...eventTypes])('describes every field of %s, and no other', (type) => {
    const described = fieldsOf(type, z.toJSONSchema(schemas[type]));
    for (const [heading, fields] of described) {
      expect(Object.fromEntries(fieldsOnPage(heading)), heading).toEqual(Object.fromEntries(fields));
    }
  });

  it('describes the envelope as the graph has it', () => {
    const schema = buildSchema(readFileSync(`${repository}schema.graphql`, 'utf8'));
    const event = schema.getType('Event');
    if (!isObjectType(event)) throw new Error('There is no type Event.');
    const rows = tables.find(({ heading }) => heading === 'Envelope')?.rows ?? [];
    expect(rows.map(({ Field: field }) => codesIn(field)[0]).sort()).toEqual(
      Object.keys(event.getFields()).sort(),
    );
  });

  it('has a row for each type in the tables of states', () => {
    const states = tables.filter(({ heading }) => heading.startsWith('Which event is accepted'));
    const rows = states.flatMap((table) => (table.columns[0] === 'Event' ? table.rows : []));
    const types = new Set(rows.map(({ Event: event = '' }) => event.split(' ')[0]));
    expect([...types].sort()).toEqual([...eventTypes].sort());
  });

  it('names the refusals of the log, each with a code of the API', () => {
    const rows = tables.flatMap((table) => (table.columns[0] === 'Refusal' ? table.rows : []));
    const onPage = rows.map(({ Refusal: refusal }) => codesIn(refusal)[0] ?? '');
    const sql = globSync('prisma/functions/**/*.sql', { cwd: repository })
      .map((path) => readFileSync(`${repository}${path}`, 'utf8'))
      .join('\n');
    const types: readonly string[] = eventTypes;
    const inSql = [...sql.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, name = '']) => name);
    for (const refusal of onPage) expect(sql, refusal).toContain(`'${refusal}'`);
    for (const name of inSql) if (!types.includes(name)) expect(codesIn(page)).toContain(name);
    for (const row of rows) expect(errorCodes).toContain(row['Error code']);
    const answers = tables.flatMap(({ heading, rows: all }) =>
      heading.startsWith('Which event is accepted') ? all : [],
    );
    const used = answers.flatMap(({ Refusal: _, ...cells }) => Object.values(cells).flatMap(codesIn));
    const named = used.filter((code) => /^[A-Z_]+$/.test(code));
    expect(named.filter((code) => !onPage.includes(code))).toEqual([]);
  });
});

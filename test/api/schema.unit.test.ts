// The schema as a whole: its committed text, its descriptions, and the names that clients rely on.
import { readFileSync } from 'node:fs';
import {
  buildClientSchema,
  type GraphQLNamedType,
  introspectionFromSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema.ts';
import { schemaText } from '../../src/cli/print-schema.ts';

type Described = { name: string; description?: string | null | undefined };

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

/** All named parts of a type, as `Type.field(argument)`. */
function partsOf(type: GraphQLNamedType): [string, Described][] {
  if (isEnumType(type)) return type.getValues().map((value) => [`${type.name}.${value.name}`, value]);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): [string, Described][] => [
    [`${type.name}.${field.name}`, field],
    ...field.args.map((arg): [string, Described] => [`${type.name}.${field.name}(${arg.name})`, arg]),
  ]);
}

describe('the schema', () => {
  it('is the committed schema.graphql, which `npm run schema` prints', () => {
    expect(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).toBe(schemaText());
  });

  it('describes every type, field, argument, enum value and input field in a sentence', () => {
    const named = types.flatMap((type): [string, Described][] => [[type.name, type], ...partsOf(type)]);
    expect(named.length).toBeGreaterThan(200);
    const undescribed = named.filter(
      ([, { description }]) => !/^\S.*[.:)}`]$/s.test(description?.trim() ?? ''),
    );
    expect(undescribed.map(([name]) => name)).toEqual([]);
  });

  it('keeps the fields that its first clients use', () => {
    const fieldsOf = (name: string) => {
      const type = schema.getType(name);
      return isObjectType(type) ? Object.keys(type.getFields()) : [];
    };
    expect(fieldsOf('Query')).toEqual(
      expect.arrayContaining([
        'viewer',
        'node',
        'models',
        'topics',
        'conversation',
        'conversations',
        'message',
        'events',
      ]),
    );
    expect(fieldsOf('Mutation')).toEqual(
      expect.arrayContaining([
        'startConversation',
        'sendMessage',
        'addMessage',
        'stopGeneration',
        'rateMessage',
        'submitFeedback',
        'endConversation',
      ]),
    );
    expect(fieldsOf('Subscription')).toContain('generation');
  });

  it('survives introspection, from which SDKs are generated', () => {
    const client = buildClientSchema(introspectionFromSchema(schema));
    expect(Object.keys(client.getTypeMap()).sort()).toEqual(Object.keys(schema.getTypeMap()).sort());
  });
});

// What formats say about themselves, compared with the schemas of their lines.
import { describe, expect, it } from 'vitest';
import { formatNames, formats, readFormatName } from '../../../../src/dataset/export/formats/formats.ts';

/** Names of all properties in a schema but those of the provenance, which every format has. */
function propertiesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => {
    if (key !== 'properties') return propertiesIn(inner);
    const { provenance: _, ...properties } = inner;
    return [...Object.keys(properties), ...propertiesIn(properties)];
  });
}

describe.each(formatNames.map((name) => [name, formats[name]] as const))('%s', (name, format) => {
  const properties = propertiesIn(format.schema);

  it('declares whether its records name users', () => {
    expect(format.holdsUsernames).toBe(properties.includes('username') || properties.includes('actor'));
  });

  it('declares whether its records have a label', () => {
    expect(format.isLabelled).toBe(properties.includes('label'));
  });

  it('has a label for menus, and is found by its name', () => {
    expect(format.label).not.toBe('');
    expect(readFormatName(name)).toBe(name);
  });
});

it('a name of an object that is not a format is refused', () => {
  expect(() => readFormatName('constructor')).toThrow('There is no format "constructor": choose from kto, ');
});

// Random values of a zod schema, so that a generator of histories knows every field that the schema has.
import fc from 'fast-check';
import { z } from 'zod';

const text = fc.oneof(fc.constantFrom('good', 'two\nlines'), fc.string({ unit: 'grapheme' }));

/** @throws Error for a kind of schema that no field of feedback has needed so far */
export function arbitraryOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional) return arbitraryOf(schema.unwrap());
  if (schema instanceof z.ZodNullable) {
    return fc.oneof({ weight: 4, arbitrary: arbitraryOf(schema.unwrap()) }, fc.constant(null));
  }
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map((option) => arbitraryOf(option)));
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodString) return text;
  if (schema instanceof z.ZodArray) return fc.array(arbitraryOf(schema.element), { maxLength: 3 });
  if (schema instanceof z.ZodNumber) {
    const { minValue, maxValue } = schema;
    if (minValue === null || maxValue === null) throw new Error('A number of feedback has bounds.');
    return fc.oneof(
      fc.constantFrom(minValue, maxValue),
      fc.double({ min: minValue, max: maxValue, noNaN: true }),
    );
  }
  throw new Error(`There is no generator for ${schema._zod.def.type}: add it to arbitraryOf.`);
}

/** Random values of each field that the schema has. */
export function arbitrariesOf(
  shape: Readonly<Record<string, z.core.$ZodType>>,
): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, arbitraryOf(schema)]));
}

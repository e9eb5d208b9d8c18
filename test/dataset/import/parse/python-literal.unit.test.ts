// Parsing Python literals: what repr writes, and why anything else is refused.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePythonLiteral } from '../../../../src/dataset/import/parse/python-literal.ts';
import { repr, type Value } from '../../../support/ensign.ts';

// All code units, including single surrogates.
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', '\n', '\r', '\t', 'n', 'x', 'u', '\0', '\u2028', '😀', ' '),
  }),
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value')),
    fc.dictionary(text, tie('value')),
  ),
}));

it('parses everything that repr writes, to an equal value', () => {
  fc.assert(
    fc.property(value, fc.constantFrom('[]' as const, '()' as const), (written, brackets) => {
      expect(parsePythonLiteral(repr(written, brackets))).toEqual(written);
    }),
    { numRuns: 2_000 },
  );
});

it('reads every escape and both quotes', () => {
  expect(parsePythonLiteral(String.raw`'\\ \' " \n \r \t \x00 \xe9 \u2028 \U0001f600 \ud800'`)).toBe(
    '\\ \' " \n \r \t \0 é \u2028 😀 \ud800',
  );
  expect(parsePythonLiteral(String.raw`"it's \"quoted\""`)).toBe('it\'s "quoted"');
  expect(parsePythonLiteral("''")).toBe('');
});

it('reads numbers as Python writes them, and keeps those that are too large as strings', () => {
  expect(parsePythonLiteral('[0, -5, 1.5, -0.25, 1e-07, 1.5e+16, 9007199254740991]')).toEqual([
    0, -5, 1.5, -0.25, 1e-7, 1.5e16, 9007199254740991,
  ]);
  expect(parsePythonLiteral('[1234567890123456789, -9007199254740992]')).toEqual([
    '1234567890123456789',
    '-9007199254740992',
  ]);
});

it('reads empty and nested values, and keys that are not strings', () => {
  expect(parsePythonLiteral('[{}, [], (), (1,), (1, [2])]')).toEqual([{}, [], [], [1], [1, [2]]]);
  expect(parsePythonLiteral("{1: 'a', None: True, False: {'b': None}}")).toEqual({
    1: 'a',
    null: true,
    false: { b: null },
  });
});

it('treats __proto__ and constructor as ordinary keys', () => {
  const parsed = parsePythonLiteral("{'__proto__': {'a': 1}, 'constructor': 2}");
  expect(Object.entries(parsed ?? {})).toEqual([
    ['__proto__', { a: 1 }],
    ['constructor', 2],
  ]);
  expect(parsed).not.toHaveProperty('a');
});

it('counts columns from the start of the line', () => {
  expect(() => parsePythonLiteral("add_message v0.0.0 {'id': nan}", 19)).toThrow(
    'Column 27: "nan}" is not a value that can be read.',
  );
});

it.each<[string, number, string]>([
  ['is not a value that can be read', 1, ''],
  ["is not the expected ',' or '}'", 8, "{'a': 1"],
  ["is not the expected ':'", 6, "{'a' 1}"],
  ["is not the expected ':'", 5, "{'a', 'b'}"],
  ['is not a key that JSON can have', 2, "{[1]: 'a'}"],
  ['is not the expected value', 9, "{'a': 1,}"],
  ['is not the expected value', 5, '[1, ]'],
  ["is not the expected ',' or ']'", 4, '[1 2]'],
  ["is not the expected ','", 3, '(1)'],
  ['is not the expected value', 7, '(1, 2,)'],
  ["is not the expected ',' or ']'", 3, '[1)'],
  ['begins a string that does not end', 1, "'no end"],
  ['begins a string that does not end', 1, "'no end\\'"],
  ['is not an escape that Python writes', 2, String.raw`'\q'`],
  ['is not an escape that Python writes', 2, String.raw`'\x4'`],
  ['is not an escape that Python writes', 2, String.raw`'\101'`],
  ['is not an escape that Python writes', 2, String.raw`'\U00110000'`],
  ['is after the end of the value', 3, '1 2'],
  ['is after the end of the value', 5, "'a' 'b'"],
  ['is not a value', 1, 'inf'],
  ['is not a value', 1, 'true'],
  ['is not a value', 1, 'null'],
  ['is not a value', 1, 'constructor'],
  ['is not a value', 1, "b'bytes'"],
  ['is not a value', 1, 'datetime.datetime(2024, 1, 1)'],
  ['is not a value', 1, '01'],
  ['is not a value', 1, '1_000'],
  ['is not a value', 1, '1.'],
  ['is not a value', 1, '1e999'],
  ['is not a value', 1, '+1'],
  ['is not a value', 8, '[None, Nonesense]'],
  ['is nested more than 100 levels deep', 102, `${'['.repeat(200)}1${']'.repeat(200)}`],
  ['is nested more than 100 levels deep', 102, '['.repeat(1_000_000)],
])('reports what repr never writes: %s, at column %i', (reason, column, written) => {
  let message = '';
  try {
    parsePythonLiteral(written);
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }
  expect(message).toMatch(new RegExp(`^Column ${column}: `));
  expect(message).toContain(reason);
  expect(message.length).toBeLessThan(100);
});

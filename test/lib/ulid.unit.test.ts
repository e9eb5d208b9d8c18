import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chosenId, derivedId, isUlid, newId, referencedId } from '../../src/lib/ulid.ts';

it('new ids are ULIDs, each greater than the one before', () => {
  const ids = Array.from({ length: 10_000 }, newId);
  expect(ids.every(isUlid)).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

it.for([
  '',
  '01J7PTGBKBEYJHJAMZ9Q9EE9S',
  '01J7PTGBKBEYJHJAMZ9Q9EE9SDD',
  '01j7ptgbkbeyjhjamz9q9ee9sd',
  '81J7PTGBKBEYJHJAMZ9Q9EE9SD',
  '01J7PTGBKBEYJHJAMZ9Q9EE9SU',
  '01J7PTGBKBEYJHJAMZ9Q9EE9SD\n',
  ' 01J7PTGBKBEYJHJAMZ9Q9EE9SD',
])('%j is not a ULID: it can neither be chosen nor name anything', (id) => {
  expect(isUlid(id)).toBe(false);
  expect(() => chosenId('id', id)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  expect(() => referencedId('message', id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

it('an id that is not chosen is created', () => {
  expect(isUlid(chosenId('id', null))).toBe(true);
  expect(isUlid(chosenId('id', undefined))).toBe(true);
  expect(chosenId('id', '01J7PTGBKBEYJHJAMZ9Q9EE9SD')).toBe('01J7PTGBKBEYJHJAMZ9Q9EE9SD');
});

it('a derived id is a ULID of the same time, always the same, and different for each purpose', () => {
  fc.assert(
    fc.property(fc.ulid(), fc.string(), fc.string(), (id, purpose, other) => {
      const derived = derivedId(id, purpose);
      expect(isUlid(derived)).toBe(true);
      expect(derived.slice(0, 10)).toBe(id.slice(0, 10));
      expect(derivedId(id, purpose)).toBe(derived);
      expect(derivedId(id, other) === derived).toBe(other === purpose);
    }),
  );
});

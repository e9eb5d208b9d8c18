// Reads lines of the Python reference into events, as the import does before it asks the log.

import type { Entry, SourceOptions } from '../../src/dataset/import/source.ts';
import { createEnsignReader } from '../../src/dataset/import/sources/ensign.ts';
import { printed, type Said } from './ensign.ts';

export const options: SourceOptions = {
  topic: 'fruit',
  username: 'imported',
  utcOffset: '',
  maxMessageBytes: 1_000,
  now: () => new Date('2026-11-23T10:00:00Z'),
};
export const ulid = '01J7PTGBKBEYJHJAMZ9Q9EE9SD';
export const otherUlid = '01J7PTGBKBEYJHJAMZ9Q9EE9SE';

export function entriesOf(said: Said[], given: Partial<SourceOptions> = {}): Entry[] {
  const read = createEnsignReader({ ...options, ...given });
  return said.map((one) => read(printed(one)));
}

export const eventsOf = (...said: Said[]) => entriesOf(said).flatMap(({ events }) => events);
export const payloadsOf = (...said: Said[]) => eventsOf(...said).map(({ payload }) => payload);

/** What the last of the events says, beside the ids. */
export function said(...lines: Said[]): unknown {
  const fields = Object.entries(payloadsOf(...lines).at(-1) ?? {});
  return Object.fromEntries(fields.filter(([name]) => name !== 'id' && name !== 'conversation_id'));
}

// Makes events of lines of the Python reference, as the import does before it uses the log.
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

export function entriesOf(lines: Said[], changed: Partial<SourceOptions> = {}): Entry[] {
  const read = createEnsignReader({ ...options, ...changed });
  return lines.map((line) => read(printed(line)));
}

export const eventsOf = (...lines: Said[]) => entriesOf(lines).flatMap(({ events }) => events);
export const payloadsOf = (...lines: Said[]) => eventsOf(...lines).map(({ payload }) => payload);

/** The payload of the last event, without its ids. */
export function lastFieldsOf(...lines: Said[]): unknown {
  const fields = Object.entries(payloadsOf(...lines).at(-1) ?? {});
  return Object.fromEntries(fields.filter(([name]) => name !== 'id' && name !== 'conversation_id'));
}

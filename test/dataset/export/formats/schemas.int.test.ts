// The records of each format match its JSON Schema, for a log that has records for all formats.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatNames } from '../../../../src/dataset/export/formats/formats.ts';
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts';
import { createExporter, type Exporter } from '../../../support/exported.ts';
import { addRatedLog, type RatedLog } from '../../../support/rated-log.ts';

let database: TestDatabase;
let exporter: Exporter;
let log: RatedLog;
beforeAll(async () => {
  database = await createTestDatabase();
  exporter = createExporter(database.url);
  log = await addRatedLog(database.client, 'fruit');
});
afterAll(async () => {
  await exporter.close();
  await database.close();
});

it.each(formatNames)('%s matches its schema, with and without provenance', async (format) => {
  const plain = await exporter.run(format);
  expect(plain.records.length).toBeGreaterThan(1);
  expect(plain.records.some((record) => 'provenance' in record)).toBe(false);
  const { records } = await exporter.run(format, { provenance: true, pseudonymise: true });
  expect(records).toHaveLength(plain.records.length);
  expect(records.every((record) => 'provenance' in record)).toBe(true);
});

it('the provenance of a pair names the feedback, the messages and the number of raters', async () => {
  const { replies, conversation } = log.compared;
  const { records } = await exporter.run('dpo', { provenance: true });
  const authors = { raters: 1, conversation };
  expect(records.map(({ provenance }) => provenance)).toEqual([
    { from: 'preference', ...authors, messages: [replies[0], replies[1]] },
    { from: 'rating', ...authors, messages: [replies[0], replies[2]] },
    {
      from: 'correction',
      raters: 1,
      conversation: log.corrected.conversation,
      messages: [log.corrected.replies[0]],
    },
  ]);
});

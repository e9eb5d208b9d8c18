// The law of imports: an export after an import returns what was imported, and importing it again changes nothing.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFormats } from '../../src/dataset/import/sources/sources.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createExporter, type Exporter } from '../support/exported.ts';
import { createImporter, type Importer } from '../support/imported.ts';
import { everything } from '../support/log.ts';
import { propertyTimeoutMs, randomRuns } from '../support/scale.ts';
import { conversation, records } from '../support/training-records.ts';

let database: TestDatabase;
let importer: Importer;
let exporter: Exporter;
beforeAll(async () => {
  database = await createTestDatabase();
  importer = createImporter(database.url);
  exporter = createExporter(database.url);
});
afterAll(async () => {
  await exporter.close();
  await importer.close();
  await database.close();
});

const trained = ['sft', 'kto', 'dpo', 'reward', 'openai-sft', 'openai-dpo'] as const;
type Name = (typeof trained)[number] | 'conversations';

/** The order of conversations may change. */
const sorted = (lines: readonly string[]) => [...lines].sort();

const clear = () =>
  database.client.query('TRUNCATE topic, event, conversation, message, feedback, conversation_feedback');

const settings = randomRuns({ small: 6, large: 15, seed: 20_261_125 });

/** Imports the lines twice; the second import adds nothing. @returns the lines of an export */
async function exportedAfterImport(name: Name, lines: string[]): Promise<string[]> {
  await clear();
  const format = importFormats[name];
  const first = await importer.importLines(lines, { format });
  expect(first).toMatchObject({ known: 0, bad: [] });
  const before = await everything(database.client);
  expect(await importer.importLines(lines, { format })).toEqual({ added: 0, known: first.added, bad: [] });
  expect(await everything(database.client)).toEqual(before);
  return (await exporter.run(name, { usernames: true })).lines;
}

/** Postgres does not keep the order of names in JSON, nor the export that of conversations. */
const byId = (conversations: readonly object[]) =>
  new Map(conversations.map((one) => [String(Object(one).id), one]));

describe('an export after an import returns the same records', () => {
  it.each(trained)(
    '%s',
    async (name) => {
      const property = fc.asyncProperty(fc.array<object>(records[name], { maxLength: 6 }), async (drawn) => {
        // A line that is twice in a file is two records.
        const lines = [...drawn, ...drawn.slice(0, 1)].map((record) => JSON.stringify(record));
        expect(sorted(await exportedAfterImport(name, lines))).toEqual(sorted(lines));
      });
      await fc.assert(property, settings);
    },
    propertyTimeoutMs,
  );

  it('conversations, with their ids, branches, outcomes and all feedback', {
    timeout: propertyTimeoutMs,
  }, async () => {
    const property = fc.asyncProperty(fc.array(conversation, { maxLength: 4 }), async (drawn) => {
      const lines = drawn.map((one) => JSON.stringify(one));
      const exported = (await exportedAfterImport('conversations', lines)).map((line) => JSON.parse(line));
      expect(byId(exported)).toEqual(byId(drawn));
    });
    await fc.assert(property, settings);
  });
});

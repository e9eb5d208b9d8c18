// The law of imports: what is exported after an import is what was imported, and importing it again changes nothing.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFormats } from '../../src/dataset/sources.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createExporter, type Exporter } from '../support/exported.ts';
import { createImporter, type Importer } from '../support/imported.ts';
import { everything } from '../support/log.ts';
import { records } from '../support/training-records.ts';

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

const names = ['sft', 'kto', 'dpo', 'reward', 'openai-sft', 'openai-dpo'] as const;
type Name = (typeof names)[number];

/** Conversations may change places. */
const sorted = (lines: readonly string[]) => [...lines].sort();

const clear = () =>
  database.client.query('TRUNCATE topic, event, conversation, message, feedback, conversation_feedback');

async function comesBack(name: Name, lines: string[]): Promise<void> {
  await clear();
  const format = importFormats[name];
  const first = await importer.importLines(lines, { format });
  expect(first).toMatchObject({ known: 0, bad: [] });
  expect(sorted(await exporter.exportLines(name))).toEqual(sorted(lines));
  const before = await everything(database.client);
  expect(await importer.importLines(lines, { format })).toEqual({ added: 0, known: first.added, bad: [] });
  expect(await everything(database.client)).toEqual(before);
}

describe('an export after an import gives back the same records', () => {
  it.each(names)(
    '%s',
    async (name) => {
      const files = fc.array<object>(records[name], { maxLength: 6 });
      const property = fc.asyncProperty(files, (drawn) =>
        // Twice in a file is two records.
        comesBack(
          name,
          [...drawn, ...drawn.slice(0, 1)].map((record) => JSON.stringify(record)),
        ),
      );
      await fc.assert(property, {
        numRuns: Number(process.env.LOG_RUNS ?? 15),
        seed: Number(process.env.LOG_SEED ?? 20261125),
        interruptAfterTimeLimit: 60_000,
        markInterruptAsFailure: true,
      });
    },
    120_000,
  );
});

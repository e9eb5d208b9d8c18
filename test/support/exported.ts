// Exports within the test's process, as the command does: the records of a topic.
import { connect } from '../../src/database/connect.ts';
import { exportLines, planExport } from '../../src/dataset/export.ts';
import type { FormatName } from '../../src/dataset/formats.ts';
import { readRecipe } from '../../src/dataset/recipe.ts';
import { createTally } from '../../src/dataset/tally.ts';

export type Exporter = {
  /** The lines of an export with usernames, in their order. */
  exportLines(format: FormatName, settings?: Record<string, unknown>): Promise<string[]>;
  close(): Promise<void>;
};

export function createExporter(url: string): Exporter {
  const database = connect({ url, poolSize: 2, onError: () => {} });
  return {
    async exportLines(format, settings = {}) {
      const recipe = readRecipe({ topic: 'fruit', usernames: true, ...settings });
      const job = await planExport({ pool: database.pool, format, recipe, pseudonymKey: undefined });
      const texts: string[] = [];
      for await (const { lines } of exportLines(job, createTally()))
        texts.push(...lines.map(({ text }) => text));
      return texts;
    },
    close: () => database.close(),
  };
}

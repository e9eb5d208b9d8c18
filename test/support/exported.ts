// Exports within the test's process, as the command does, and validates each record by a JSON Schema library.
import { Ajv2020 } from 'ajv/dist/2020.js';
import pg from 'pg';
import { exportLines, planExport } from '../../src/dataset/export/export.ts';
import { createExportCounts, type ExportCounts } from '../../src/dataset/export/export-counts.ts';
import { type FormatName, formats } from '../../src/dataset/export/formats/formats.ts';
import { readRecipe } from '../../src/dataset/export/recipe.ts';

export type Exported = { lines: string[]; records: Record<string, unknown>[]; counts: ExportCounts };

export type Exporter = {
  /** Throws if a record does not match the JSON Schema of its format. */
  run(format: FormatName, settings?: Record<string, unknown>): Promise<Exported>;
  close(): Promise<void>;
};

const ajv = new Ajv2020({ allErrors: true });

export function createExporter(url: string): Exporter {
  const pool = new pg.Pool({ connectionString: url, max: 2, options: '-c TimeZone=UTC' });
  return {
    async run(format, settings = {}) {
      const recipe = readRecipe({ topic: 'fruit', ...settings });
      const pseudonymKey = 'k'.repeat(32);
      const { signal } = new AbortController();
      const job = await planExport({ pool, format, recipe, pseudonymKey, signal });
      const counts = createExportCounts();
      const lines: string[] = [];
      for await (const batch of exportLines(job, counts)) lines.push(...batch.lines.map(({ text }) => text));
      const validate = ajv.getSchema(format) ?? ajv.compile({ ...formats[format].schema, $id: format });
      const records = lines.map((line): Record<string, unknown> => JSON.parse(line));
      for (const record of records) {
        if (!validate(record))
          throw new Error(`${JSON.stringify(record)}: ${JSON.stringify(validate.errors)}`);
      }
      return { lines, records, counts };
    },
    close: () => pool.end(),
  };
}

// Queries that preview an export, for viewers who may read everything.
import { builder } from '../graphql/builder.ts';
import { checkPage } from '../graphql/page.ts';
import { readAllRoles, requireRole, type Viewer } from '../identity/viewer.ts';
import { readRecipe } from './export/recipe.ts';
import { DatasetFilter, DatasetFormatEnum, DatasetPreview, DatasetSummary } from './graphql.ts';

function settingOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' ? String(value) : value;
}

/** The filter by the names of the command line: readRecipe is the one place that validates settings. */
function settingsOf(filter: object | null | undefined): Record<string, unknown> {
  const entries = Object.entries(filter ?? {}).filter(([, value]) => value != null);
  return Object.fromEntries(
    entries.map(([name, value]: [string, unknown]) => [
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      settingOf(value),
    ]),
  );
}

function checkReader(viewer: Viewer): void {
  requireRole(viewer, { roles: readAllRoles, action: 'preview datasets' });
}

/** Each may read a whole topic: an operation may contain ten of them, not hundreds. */
const cost = 5_000;

const limits =
  'All datasets of one operation are read one after the other, for at most 30 s together and only while the client waits. A node serves as many such operations and exports over HTTP at once as a quarter of DATABASE_POOL_SIZE. Beyond these limits it answers LIMIT_EXCEEDED. For ANALYST, SERVICE and ADMIN.';

builder.queryFields((t) => ({
  datasetPreview: t.field({
    type: DatasetPreview,
    description: `The first records of an export. Reads the topic only until it has them. ${limits}`,
    complexity: { field: cost, multiplier: 1 },
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'Format of the records.' }),
      filter: t.arg({ type: DatasetFilter, description: 'What goes into the dataset.' }),
      first: t.arg.int({
        required: true,
        defaultValue: 10,
        description: 'Number of records, from 0 to 100.',
      }),
    },
    resolve(_root, { format, filter, first }, { viewer, signal, services: { previews } }) {
      checkReader(viewer);
      checkPage({ first });
      const recipe = readRecipe(settingsOf(filter));
      return previews.preview({ format, recipe, signal }, first);
    },
  }),
  datasetSummary: t.field({
    type: DatasetSummary,
    description: `The counts of an export. Reads the whole topic. ${limits}`,
    complexity: { field: cost, multiplier: 1 },
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'Format of the records.' }),
      filter: t.arg({ type: DatasetFilter, description: 'What goes into the dataset.' }),
    },
    resolve(_root, { format, filter }, { viewer, signal, services: { previews } }) {
      checkReader(viewer);
      const recipe = readRecipe(settingsOf(filter));
      return previews.summarize({ format, recipe, signal });
    },
  }),
}));

// What an export would come to, before it is made: for those who may read everything.
import { builder } from '../graphql/builder.ts';
import { checkPage } from '../graphql/page.ts';
import { readAllRoles, requireRole, type Viewer } from '../identity/viewer.ts';
import { readRecipe } from './export/recipe.ts';
import { DatasetFilter, DatasetFormatEnum, DatasetPreview, DatasetSummary } from './graphql.ts';

function settingOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' ? String(value) : value;
}

/** By the names of the command line, which are read and refused in one place. */
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

/** Each may read a whole topic: an operation can hold ten of them, not hundreds. */
const cost = 5_000;

const bounds =
  'Datasets of one operation are read one after the other, for at most 30 s together and no longer than the client waits; a node reads those of as many operations at once, with exports over HTTP, as a quarter of DATABASE_POOL_SIZE. What is beyond is refused with LIMIT_EXCEEDED. For ANALYST, SERVICE and ADMIN.';

builder.queryFields((t) => ({
  datasetPreview: t.field({
    type: DatasetPreview,
    description: `The first records that an export would write: it reads until it has them. ${bounds}`,
    complexity: { field: cost, multiplier: 1 },
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'In which format.' }),
      filter: t.arg({ type: DatasetFilter, description: 'What goes into it.' }),
      first: t.arg.int({ required: true, defaultValue: 10, description: 'How many; at most 100.' }),
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
    description: `What an export would come to: it reads the whole topic. ${bounds}`,
    complexity: { field: cost, multiplier: 1 },
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'In which format.' }),
      filter: t.arg({ type: DatasetFilter, description: 'What goes into it.' }),
    },
    resolve(_root, { format, filter }, { viewer, signal, services: { previews } }) {
      checkReader(viewer);
      const recipe = readRecipe(settingsOf(filter));
      return previews.summarize({ format, recipe, signal });
    },
  }),
}));

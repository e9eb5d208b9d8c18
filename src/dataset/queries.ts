// The queries for training data: `datasetPreview` and `datasetSummary`.
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { refuseUnlessExporter } from './access.ts';
import { type ExportJob, planExport } from './export.ts';
import { type DatasetFilter, recipeOf } from './filter.ts';
import type { FormatName } from './formats.ts';
import { DatasetFilterInput, DatasetFormatEnum, DatasetPreview, DatasetSummary } from './graphql.ts';
import { readSample } from './sample.ts';

const mostRecords = 100;
/** Each reads thousands of conversations: a few of them fit into an operation. */
const cost = 5_000;

type Args = { format: FormatName; filter?: DatasetFilter | null | undefined };

async function plan({ format, filter }: Args, { viewer, services }: Context): Promise<ExportJob> {
  refuseUnlessExporter(viewer);
  const { pool, pseudonymKey } = services;
  return await planExport({ pool, format, recipe: recipeOf(filter ?? {}), pseudonymKey });
}

function checkFirst(first: number): number {
  if (first >= 1 && first <= mostRecords) return first;
  throw new AppError('INVALID_INPUT', `first is ${first}; give 1 to ${mostRecords}.`);
}

builder.queryField('datasetPreview', (t) =>
  t.field({
    type: DatasetPreview,
    description:
      'The first records of what would be exported: for ANALYST, SERVICE and ADMIN. The whole is at GET /exports/{format}.jsonl, and on the command line.',
    complexity: cost,
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'What records look like.' }),
      filter: t.arg({ type: DatasetFilterInput, description: 'What goes in.' }),
      first: t.arg.int({
        required: true,
        defaultValue: 10,
        description: `How many records, at most ${mostRecords}.`,
      }),
    },
    resolve: async (_root, args, context) => readSample(await plan(args, context), checkFirst(args.first)),
  }),
);

builder.queryField('datasetSummary', (t) =>
  t.field({
    type: DatasetSummary,
    description: 'What would be exported, in numbers: for ANALYST, SERVICE and ADMIN.',
    complexity: cost,
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'What records look like.' }),
      filter: t.arg({ type: DatasetFilterInput, description: 'What goes in.' }),
    },
    resolve: async (_root, args, context) => readSample(await plan(args, context)),
  }),
);

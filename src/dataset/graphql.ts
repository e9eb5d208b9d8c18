// What an export would hold, before it is made: its first records, and its counts.
import { AppError } from '../errors.ts';
import { FeedbackSourceEnum } from '../feedback/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { checkPage } from '../graphql/page.ts';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';
import { formatNames } from './formats.ts';
import { type Preview, previewExport, type Summary, summarizeExport } from './preview.ts';
import { estimateTokens } from './tally.ts';

const enumValues = <Name extends string>(names: readonly Name[], describe: (name: Name) => string) =>
  Object.fromEntries(
    names.map((name) => [
      name.toUpperCase().replaceAll('-', '_'),
      { value: name, description: describe(name) },
    ]),
  );

const DatasetFormatEnum = builder.enumType('DatasetFormat', {
  description: 'A format of training data.',
  values: enumValues(formatNames, (name) => `As the command \`export ${name}\` writes it.`),
});

const ConflictRuleEnum = builder.enumType('ConflictRule', {
  description: 'What becomes of contradictions between authors.',
  values: {
    MAJORITY: { value: 'majority', description: 'What more of them say; a tie is dropped.' },
    DROP: { value: 'drop', description: 'Nothing.' },
    KEEP_ALL: { value: 'keep-all', description: 'Both.' },
  } as const,
});

const DatasetFilter = builder.inputType('DatasetFilter', {
  description: 'What goes into a dataset; what is left out does not limit.',
  fields: (t) => ({
    topic: t.string({ description: 'The topic; `default` where not given.' }),
    asOf: t.field({
      type: 'Offset',
      description: 'As the log stood at this offset; the newest where not given.',
    }),
    models: t.stringList({ description: 'Only replies of these models.' }),
    from: t.field({ type: 'DateTime', description: 'Only replies from this instant on.' }),
    to: t.field({ type: 'DateTime', description: 'Only replies before this instant.' }),
    source: t.field({
      type: [FeedbackSourceEnum],
      description: 'Whose feedback counts; END_USER where not given.',
    }),
    tags: t.stringList({ description: 'Only feedback with one of these tags.' }),
    minRaters: t.int({ description: 'Only what so many authors agree on.' }),
    scoreThreshold: t.float({
      description: 'A score from here on counts as a like, one below as a dislike.',
    }),
    conflict: t.field({
      type: ConflictRuleEnum,
      description: 'Where authors contradict each other; MAJORITY where not given.',
    }),
    maxCharacters: t.int({ description: 'No record whose texts have more characters.' }),
    deduplicate: t.boolean({ description: 'Of records that are exactly the same only the first.' }),
    includeStopped: t.boolean({ description: 'Also replies that were stopped.' }),
    redact: t.boolean({ description: 'Personal data and keys as placeholders.' }),
  }),
});

const DatasetPreview = builder.objectRef<Preview>('DatasetPreview').implement({
  description: 'The first records of a dataset.',
  fields: (t) => ({
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description: 'Where it holds; null where the topic is empty.',
    }),
    records: t.field({
      type: ['JSON'],
      description: 'As an export writes them.',
      resolve: ({ records }) => records,
    }),
  }),
});

type Count = { key: string; count: number };

const DatasetCount = builder.objectRef<Count>('DatasetCount').implement({
  description: 'How many records have something in common.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'What they have in common.' }),
    count: t.exposeInt('count', { description: 'How many they are.' }),
  }),
});

const countsOf = (counts: Record<string, number>): Count[] =>
  Object.entries(counts).map(([key, count]) => ({ key, count }));

const DatasetSummary = builder.objectRef<Summary>('DatasetSummary').implement({
  description: 'What a dataset would come to.',
  fields: (t) => ({
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description: 'Where it holds; null where the topic is empty.',
    }),
    conversations: t.int({
      description: 'Conversations that were read.',
      resolve: ({ tally }) => tally.conversations,
    }),
    messages: t.int({ description: 'Messages in them.', resolve: ({ tally }) => tally.messages }),
    records: t.int({
      description: 'Records that an export would write.',
      resolve: ({ tally }) => tally.records,
    }),
    tokenEstimate: t.int({
      description: 'Tokens in the records, at four characters each.',
      resolve: ({ tally }) => estimateTokens(tally),
    }),
    conflicts: t.int({
      description: 'Contradictions between authors.',
      resolve: ({ tally }) => tally.conflicts.found,
    }),
    models: t.field({
      type: [DatasetCount],
      description: 'Records by the model whose reply they teach.',
      resolve: ({ tally }) => countsOf(tally.models),
    }),
    provenance: t.field({
      type: [DatasetCount],
      description: 'Records by what they come from.',
      resolve: ({ tally }) => countsOf(tally.provenance),
    }),
    skipped: t.field({
      type: [DatasetCount],
      description: 'What could have been a record and is none, by the reason.',
      resolve: ({ tally }) => countsOf(tally.skipped),
    }),
  }),
});

/** As texts by the names of the command line, which are read and refused in one place. */
function settingsOf(filter: object | null | undefined): Record<string, unknown> {
  const entries = Object.entries(filter ?? {}).filter(([, value]) => value != null);
  return Object.fromEntries(
    entries.map(([name, value]: [string, unknown]) => [
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value instanceof Date ? value.toISOString() : typeof value === 'boolean' ? value : String(value),
    ]),
  );
}

function checkReader(viewer: Viewer): void {
  if (mayReadAll(viewer)) return;
  throw new AppError('FORBIDDEN', 'Only the roles ANALYST, SERVICE and ADMIN look into datasets.');
}

/** Each may read a whole topic: an operation can hold ten of them, not hundreds. */
const cost = 5_000;

builder.queryFields((t) => ({
  datasetPreview: t.field({
    type: DatasetPreview,
    description: 'The first records that an export would write. For ANALYST, SERVICE and ADMIN.',
    complexity: { field: cost, multiplier: 1 },
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'In which format.' }),
      filter: t.arg({ type: DatasetFilter, description: 'What goes into it.' }),
      first: t.arg.int({ required: true, defaultValue: 10, description: 'How many; at most 100.' }),
    },
    resolve: (_root, { format, filter, first }, { viewer, services: { pool } }) => {
      checkReader(viewer);
      checkPage({ first });
      return previewExport({ pool, format, settings: settingsOf(filter) }, first);
    },
  }),
  datasetSummary: t.field({
    type: DatasetSummary,
    description:
      'What an export would come to. It reads the whole topic, for at most 30 s. For ANALYST, SERVICE and ADMIN.',
    complexity: { field: cost, multiplier: 1 },
    args: {
      format: t.arg({ type: DatasetFormatEnum, required: true, description: 'In which format.' }),
      filter: t.arg({ type: DatasetFilter, description: 'What goes into it.' }),
    },
    resolve: (_root, { format, filter }, { viewer, services: { pool } }) => {
      checkReader(viewer);
      return summarizeExport({ pool, format, settings: settingsOf(filter) });
    },
  }),
}));

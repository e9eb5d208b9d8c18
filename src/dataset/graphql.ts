// What an export would hold, in the language of GraphQL: what goes into it, its first records, and its counts.
import { FeedbackSourceEnum } from '../feedback/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { formatNames } from './formats.ts';
import type { Preview, Summary } from './preview.ts';
import { estimateTokens } from './tally.ts';

const enumValues = <Name extends string>(names: readonly Name[], describe: (name: Name) => string) =>
  Object.fromEntries(
    names.map((name) => [
      name.toUpperCase().replaceAll('-', '_'),
      { value: name, description: describe(name) },
    ]),
  );

export const DatasetFormatEnum = builder.enumType('DatasetFormat', {
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

export const DatasetFilter = builder.inputType('DatasetFilter', {
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

export const DatasetPreview = builder.objectRef<Preview>('DatasetPreview').implement({
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

export const DatasetSummary = builder.objectRef<Summary>('DatasetSummary').implement({
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

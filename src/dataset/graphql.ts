// GraphQL types of datasets: the settings of an export, its first records, and its counts.
import { RoleEnum } from '../conversation/graphql.ts';
import { FeedbackSourceEnum } from '../feedback/fields-graphql.ts';
import { builder } from '../graphql/builder.ts';
import { estimateTokens } from './export/export-counts.ts';
import { formatNames, formats } from './export/formats/formats.ts';
import type { Preview, Summary } from './export/preview.ts';
import { conflictRules, pairKinds, replyRules, systemRules, turnRules } from './export/recipe.ts';

const enumValues = <Name extends string>(names: readonly Name[], describe: (name: Name) => string) =>
  Object.fromEntries(
    names.map((name) => [
      name.toUpperCase().replaceAll('-', '_'),
      { value: name, description: describe(name) },
    ]),
  );

export const DatasetFormatEnum = builder.enumType('DatasetFormat', {
  description: 'A format of training data.',
  values: enumValues(
    formatNames,
    (name) => `${formats[name].label}. As the command \`export ${name}\` writes it.`,
  ),
});

const conflictMeanings = {
  majority: 'What the majority says counts; a tie is dropped.',
  drop: 'The reply or pair is left out.',
  'keep-all': 'Both sides count, each in a record of its own.',
};
const ConflictRuleEnum = builder.enumType('ConflictRule', {
  description: 'A rule for authors who contradict each other.',
  values: enumValues(conflictRules, (rule) => conflictMeanings[rule]),
});

const pairMeanings = {
  preference: 'One reply was chosen over its siblings.',
  rating: 'One author liked one of two siblings and disliked the other.',
  correction: 'An author wrote what the reply should have been.',
};
const PairKindEnum = builder.enumType('PairKind', {
  description: 'The kind of feedback that makes a pair of a better and a worse reply.',
  values: enumValues(pairKinds, (kind) => pairMeanings[kind]),
});

const replyMeanings = {
  all: 'The whole thread, whatever its feedback.',
  'not-disliked': 'The thread until a reply was disliked or a sibling of it was preferred.',
  liked: 'The thread until its last liked reply.',
};
const ReplyRuleEnum = builder.enumType('ReplyRule', {
  description: 'How much of a thread is used, by the feedback on its replies.',
  values: enumValues(replyRules, (rule) => replyMeanings[rule]),
});

const systemMeanings = { keep: 'System prompts stay.', drop: 'System prompts are left out.' };
const SystemPromptRuleEnum = builder.enumType('SystemPromptRule', {
  description: 'Whether system prompts are exported.',
  values: enumValues(systemRules, (rule) => systemMeanings[rule]),
});

const turnMeanings = {
  thread: 'The whole thread before the reply.',
  last: 'What the user wrote last, with the system prompts.',
};
const TurnRuleEnum = builder.enumType('TurnRule', {
  description: 'How much of the thread before a reply is its prompt.',
  values: enumValues(turnRules, (rule) => turnMeanings[rule]),
});

export const DatasetFilter = builder.inputType('DatasetFilter', {
  description:
    'What goes into a dataset: the options of the command `export`. An omitted list does not filter; an empty list is refused.',
  fields: (t) => ({
    topic: t.string({ description: 'Topic of the conversations. Defaults to `default`.' }),
    asOf: t.field({
      type: 'Offset',
      description: 'Offset up to which the log is read. Defaults to the newest.',
    }),
    models: t.stringList({ description: 'Only replies of these models. Defaults to all.' }),
    from: t.field({
      type: 'DateTime',
      description: 'Only replies created at this instant or later. Defaults to no limit.',
    }),
    to: t.field({
      type: 'DateTime',
      description: 'Only replies created before this instant. Defaults to no limit.',
    }),
    source: t.field({
      type: [FeedbackSourceEnum],
      description:
        'Only feedback of these sources. Defaults to END_USER, and to all for EVENTS and CONVERSATIONS.',
    }),
    tags: t.stringList({
      description: 'Only feedback that has at least one of these tags. Defaults to all.',
    }),
    minRaters: t.int({
      description:
        'Minimum number of authors that must agree on a record. Defaults to 1, and to 0 for threads (SFT, OPENAI_SFT).',
    }),
    scoreThreshold: t.float({
      description:
        'From 0 to 1. If an author gave a score but no rating, a score of this or more counts as a like, a lower one as a dislike. If omitted, scores do not count.',
    }),
    conflict: t.field({
      type: ConflictRuleEnum,
      description: 'Rule for authors who contradict each other. Defaults to MAJORITY.',
    }),
    pairs: t.field({
      type: [PairKindEnum],
      description: 'Kinds of feedback to make pairs of (DPO, REWARD, OPENAI_DPO). Defaults to all.',
    }),
    replies: t.field({
      type: ReplyRuleEnum,
      description: 'How much of a thread is used (SFT, OPENAI_SFT). Defaults to NOT_DISLIKED.',
    }),
    roles: t.field({
      type: [RoleEnum],
      description: 'Only messages of these roles; must include ASSISTANT. Defaults to all.',
    }),
    system: t.field({
      type: SystemPromptRuleEnum,
      description: 'Whether system prompts are exported. Defaults to KEEP.',
    }),
    turns: t.field({
      type: TurnRuleEnum,
      description: 'How much of the thread before a reply is its prompt. Defaults to THREAD.',
    }),
    maxCharacters: t.int({
      description: 'Maximum characters of content in a record. Defaults to no limit.',
    }),
    deduplicate: t.boolean({
      description: 'Whether equal records are written only once. Defaults to false.',
    }),
    includeStopped: t.boolean({
      description: 'Whether replies that were stopped are included. Defaults to false.',
    }),
    redact: t.boolean({
      description: 'Whether personal data and keys are replaced by placeholders. Defaults to false.',
    }),
    usernames: t.boolean({
      description:
        'Whether usernames are exported unchanged. If false, EVENTS and CONVERSATIONS have numbers in their place, and the provenance of records names no authors. Defaults to false.',
    }),
    provenance: t.boolean({
      description: 'Whether each record says in `provenance` where it comes from. Defaults to false.',
    }),
  }),
});

export const DatasetPreview = builder.objectRef<Preview>('DatasetPreview').implement({
  description: 'The first records of a dataset.',
  fields: (t) => ({
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description: 'Offset up to which the log was read. Null if the topic is empty.',
    }),
    records: t.field({
      type: ['JSON'],
      description: 'Records as an export writes them.',
      resolve: ({ records }) => records,
    }),
  }),
});

type Count = { key: string; count: number };

const DatasetCount = builder.objectRef<Count>('DatasetCount').implement({
  description: 'The number of records that have something in common.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'What the records have in common.' }),
    count: t.exposeInt('count', { description: 'Number of records.' }),
  }),
});

const toCounts = (countsByKey: Record<string, number>): Count[] =>
  Object.entries(countsByKey).map(([key, count]) => ({ key, count }));

export const DatasetSummary = builder.objectRef<Summary>('DatasetSummary').implement({
  description: 'The counts of a dataset.',
  fields: (t) => ({
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description: 'Offset up to which the log was read. Null if the topic is empty.',
    }),
    conversations: t.int({
      description: 'Number of conversations that were read.',
      resolve: ({ counts }) => counts.conversations,
    }),
    messages: t.int({
      description: 'Number of messages in these conversations.',
      resolve: ({ counts }) => counts.messages,
    }),
    records: t.int({
      description: 'Number of records that an export would write.',
      resolve: ({ counts }) => counts.records,
    }),
    tokenEstimate: t.int({
      description: 'Estimated tokens in the records: one for four characters.',
      resolve: ({ counts }) => estimateTokens(counts),
    }),
    conflicts: t.int({
      description: 'Number of contradictions between authors.',
      resolve: ({ counts }) => counts.conflicts.found,
    }),
    models: t.field({
      type: [DatasetCount],
      description: 'Records by the model whose reply they teach.',
      resolve: ({ counts }) => toCounts(counts.models),
    }),
    provenance: t.field({
      type: [DatasetCount],
      description: 'Records by the kind of feedback that they come from.',
      resolve: ({ counts }) => toCounts(counts.provenance),
    }),
    skipped: t.field({
      type: [DatasetCount],
      description: 'What could have been a record and was left out, by the reason.',
      resolve: ({ counts }) => toCounts(counts.skipped),
    }),
  }),
});

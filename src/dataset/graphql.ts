// What an export would hold, in the language of GraphQL: what goes into it, its first records, and its counts.
import { RoleEnum } from '../conversation/graphql.ts';
import { FeedbackSourceEnum } from '../feedback/graphql.ts';
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
  majority: 'What more of them say; a tie is dropped.',
  drop: 'Nothing.',
  'keep-all': 'Both.',
};
const ConflictRuleEnum = builder.enumType('ConflictRule', {
  description: 'What becomes of contradictions between authors.',
  values: enumValues(conflictRules, (rule) => conflictMeanings[rule]),
});

const pairMeanings = {
  preference: 'One reply was chosen over its siblings.',
  rating: 'Of two siblings the same author liked one and disliked the other.',
  correction: 'Someone wrote what the reply should have been.',
};
const PairKindEnum = builder.enumType('PairKind', {
  description: 'Where a pair of a better and a worse reply comes from.',
  values: enumValues(pairKinds, (kind) => pairMeanings[kind]),
});

const replyMeanings = {
  all: 'To their end, whatever was said.',
  'not-disliked': 'Up to their first reply that was disliked, or over which a sibling was chosen.',
  liked: 'Up to their last reply that was liked.',
};
const ReplyRuleEnum = builder.enumType('ReplyRule', {
  description: 'How far threads are taken, by what was said of their replies.',
  values: enumValues(replyRules, (rule) => replyMeanings[rule]),
});

const systemMeanings = { keep: 'They stay.', drop: 'They are left out.' };
const SystemPromptRuleEnum = builder.enumType('SystemPromptRule', {
  description: 'What becomes of system prompts.',
  values: enumValues(systemRules, (rule) => systemMeanings[rule]),
});

const turnMeanings = { thread: 'All of it.', last: 'What the user said last, with what the system said.' };
const TurnRuleEnum = builder.enumType('TurnRule', {
  description: 'How much of the thread before a reply is its prompt.',
  values: enumValues(turnRules, (rule) => turnMeanings[rule]),
});

export const DatasetFilter = builder.inputType('DatasetFilter', {
  description:
    'What goes into a dataset: the options of the command `export`. A list may not be empty: what is left out does not limit.',
  fields: (t) => ({
    topic: t.string({ description: 'The topic; `default` where not given.' }),
    asOf: t.field({
      type: 'Offset',
      description: 'As the log stood at this offset; the newest where not given.',
    }),
    models: t.stringList({ description: 'Only replies of these models; of all where not given.' }),
    from: t.field({ type: 'DateTime', description: 'Only replies from this instant on.' }),
    to: t.field({ type: 'DateTime', description: 'Only replies before this instant.' }),
    source: t.field({
      type: [FeedbackSourceEnum],
      description: 'Whose feedback counts; END_USER where not given, of events and conversations all.',
    }),
    tags: t.stringList({ description: 'Only feedback with one of these tags; all where not given.' }),
    minRaters: t.int({
      description: 'Only what so many authors agree on; 1 where not given, of threads 0.',
    }),
    scoreThreshold: t.float({
      description:
        'From 0 to 1. Where an author gave no rating, a score from here on counts as a like, one below as a dislike; scores do not count where not given.',
    }),
    conflict: t.field({
      type: ConflictRuleEnum,
      description: 'Where authors contradict each other; MAJORITY where not given.',
    }),
    pairs: t.field({
      type: [PairKindEnum],
      description: 'Where pairs come from (DPO, REWARD, OPENAI_DPO); all three where not given.',
    }),
    replies: t.field({
      type: ReplyRuleEnum,
      description: 'How far threads go (SFT, OPENAI_SFT); NOT_DISLIKED where not given.',
    }),
    roles: t.field({
      type: [RoleEnum],
      description: 'Only messages of these roles, ASSISTANT among them; all three where not given.',
    }),
    system: t.field({
      type: SystemPromptRuleEnum,
      description: 'What becomes of system prompts; KEEP where not given.',
    }),
    turns: t.field({
      type: TurnRuleEnum,
      description: 'How much of the thread before a reply is its prompt; THREAD where not given.',
    }),
    maxCharacters: t.int({
      description: 'No record whose texts have more characters; of any length where not given.',
    }),
    deduplicate: t.boolean({
      description: 'Of records that are exactly the same only the first; false where not given.',
    }),
    includeStopped: t.boolean({
      description: 'Also replies that were stopped; false where not given.',
    }),
    redact: t.boolean({
      description: 'Personal data and keys as placeholders; false where not given.',
    }),
    usernames: t.boolean({
      description:
        'Usernames as they are: in events and conversations, where numbers stand for them otherwise, and in the provenance of records, which names nobody otherwise. False where not given.',
    }),
    provenance: t.boolean({
      description: 'Each record says where it comes from, in `provenance`; false where not given.',
    }),
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

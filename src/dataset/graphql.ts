// Training data as types of the graph: what may be asked for, and what a dataset would hold.
import { Model, RoleEnum } from '../conversation/graphql.ts';
import { FeedbackSourceEnum } from '../feedback/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { mostConversations, type Sample } from './sample.ts';
import { estimateTokens } from './tally.ts';

export const DatasetFormatEnum = builder.enumType('DatasetFormat', {
  description: 'What records of a dataset look like.',
  values: {
    KTO: { value: 'kto', description: "Rated replies, for TRL's KTOTrainer: prompt, completion, label." },
    DPO: { value: 'dpo', description: "Pairs of replies, for TRL's DPOTrainer: prompt, chosen, rejected." },
    SFT: { value: 'sft', description: "Threads with corrections in place, for TRL's SFTTrainer: messages." },
    OPENAI_SFT: {
      value: 'openai-sft',
      description: "Threads for OpenAI's fine-tuning, with weight 0 on disliked replies.",
    },
    OPENAI_DPO: {
      value: 'openai-dpo',
      description: "Pairs of replies for OpenAI's preference fine-tuning.",
    },
    REWARD: {
      value: 'reward',
      description: "Pairs of whole conversations, for TRL's RewardTrainer: chosen, rejected.",
    },
    EVENTS: { value: 'events', description: 'The events of the log.' },
    CONVERSATIONS: { value: 'conversations', description: 'Whole conversations with all feedback.' },
  } as const,
});

const ConflictRuleEnum = builder.enumType('ConflictRule', {
  description: 'What holds where authors contradict each other.',
  values: {
    MAJORITY: { value: 'majority', description: 'What more of them say; a tie is dropped.' },
    DROP: { value: 'drop', description: 'Nothing.' },
    KEEP_ALL: { value: 'keep-all', description: 'Both, as a record each.' },
  } as const,
});

const PairKindEnum = builder.enumType('PairKind', {
  description: 'Where it is known from that a reply is better than another.',
  values: {
    PREFERENCE: { value: 'preference', description: 'Someone chose it.' },
    RATING: { value: 'rating', description: 'The same author liked one and disliked the other.' },
    CORRECTION: { value: 'correction', description: 'It is what the other should have been.' },
  } as const,
});

const TaughtRepliesEnum = builder.enumType('TaughtReplies', {
  description: 'Which replies end a thread that is learnt.',
  values: {
    ALL: { value: 'all', description: 'Any.' },
    NOT_DISLIKED: {
      value: 'not-disliked',
      description: 'The last before one that was disliked, or over which a sibling was chosen.',
    },
    LIKED: { value: 'liked', description: 'The last that was liked.' },
  } as const,
});

const TaughtTurnsEnum = builder.enumType('TaughtTurns', {
  description: 'How much is told of what came before a reply.',
  values: {
    THREAD: { value: 'thread', description: 'All of its thread.' },
    LAST: { value: 'last', description: 'The last prompt alone, with the system prompt.' },
  } as const,
});

export const DatasetFilterInput = builder.inputType('DatasetFilter', {
  description: 'What goes into a dataset. Together with the log it decides every record.',
  fields: (t) => ({
    topic: t.string({ description: 'The topic; `default` where none is given.' }),
    asOf: t.field({
      type: 'Offset',
      description: 'As the log stood at this offset; the newest where none is given.',
    }),
    models: t.stringList({ description: 'Only replies of these models.' }),
    from: t.field({ type: 'DateTime', description: 'Only replies from this instant on.' }),
    to: t.field({ type: 'DateTime', description: 'Only replies before this instant.' }),
    sources: t.field({
      type: [FeedbackSourceEnum],
      description:
        'Whose feedback counts; that of end users where nothing is given, but all of it for EVENTS and CONVERSATIONS.',
    }),
    tags: t.stringList({ description: 'Only feedback with one of these tags.' }),
    minRaters: t.int({ description: 'Only what so many authors agree on.' }),
    scoreThreshold: t.float({
      description: 'Where an author gave no rating: a score from here on is a like, one below it a dislike.',
    }),
    conflict: t.field({
      type: ConflictRuleEnum,
      description: 'What holds where authors contradict each other; MAJORITY where nothing is given.',
    }),
    pairs: t.field({
      type: [PairKindEnum],
      description: 'Where pairs come from; all where nothing is given.',
    }),
    replies: t.field({
      type: TaughtRepliesEnum,
      description: 'Which replies end a thread; NOT_DISLIKED where nothing is given.',
    }),
    turns: t.field({
      type: TaughtTurnsEnum,
      description: 'How much is told of what came before; THREAD where nothing is given.',
    }),
    roles: t.field({ type: [RoleEnum], description: 'Only messages of these roles.' }),
    keepSystem: t.boolean({ description: 'Whether system prompts stay; they do where nothing is given.' }),
    maxCharacters: t.int({ description: 'No record whose texts have more characters.' }),
    deduplicate: t.boolean({ description: 'Of records that are exactly the same only the first.' }),
    includeStopped: t.boolean({ description: 'Also replies that were stopped.' }),
    redact: t.boolean({
      description: 'Placeholders for e-mail addresses, phone and card numbers, IP addresses and keys.',
    }),
    pseudonymise: t.boolean({
      description: 'Usernames as hashes that stay the same; else they are numbered within a conversation.',
    }),
    provenance: t.boolean({ description: 'In each record where it comes from.' }),
  }),
});

export const DatasetPreview = builder.objectRef<Sample>('DatasetPreview').implement({
  description: 'The first records of a dataset, as its file would hold them.',
  fields: (t) => ({
    asOf: t.field({
      type: 'Offset',
      nullable: true,
      description: 'The offset at which it holds; null where the topic has no events.',
      resolve: ({ job }) => job.asOf ?? null,
    }),
    records: t.field({
      type: ['JSON'],
      description: 'In the order of the file.',
      resolve: ({ lines }): unknown[] => lines.map((line) => JSON.parse(line)),
    }),
    hasMore: t.boolean({
      description: `Whether there may be more records. After ${mostConversations} conversations it looks no further.`,
      resolve: ({ isWhole }) => !isWhole,
    }),
  }),
});

type Named = { name: string; count: number };
const countsOf = (counts: Record<string, number>): Named[] =>
  Object.entries(counts)
    .map(([name, count]) => ({ name, count }))
    .sort((one, other) => other.count - one.count);

const DatasetCount = builder.objectRef<Named>('DatasetCount').implement({
  description: 'How many of one kind.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Which kind.' }),
    count: t.exposeInt('count', { description: 'How many.' }),
  }),
});

const DatasetModelShare = builder.objectRef<Named & { of: number }>('DatasetModelShare').implement({
  description: 'How much of a dataset teaches the replies of one model.',
  fields: (t) => ({
    model: t.field({
      type: Model,
      description: 'Whose replies.',
      resolve: ({ name }) => ({ id: name, metadata: null }),
    }),
    records: t.exposeInt('count', { description: 'How many records.' }),
    share: t.float({ description: 'Of all records: 0 to 1.', resolve: ({ count, of }) => count / of }),
  }),
});

const DatasetConflicts = builder.objectRef<Sample['tally']['conflicts']>('DatasetConflicts').implement({
  description: 'Contradictions between authors, and what became of them.',
  fields: (t) => ({
    found: t.exposeInt('found', { description: 'All of them.' }),
    decided: t.exposeInt('decided', { description: 'Decided by the majority.' }),
    dropped: t.exposeInt('dropped', { description: 'Left out.' }),
    keptAll: t.exposeInt('keptAll', { description: 'Kept both ways.' }),
  }),
});

export const DatasetSummary = builder.objectRef<Sample>('DatasetSummary').implement({
  description: 'What a dataset would hold, in numbers.',
  fields: (t) => ({
    asOf: t.field({
      type: 'Offset',
      nullable: true,
      description: 'The offset at which it holds; null where the topic has no events.',
      resolve: ({ job }) => job.asOf ?? null,
    }),
    isWhole: t.exposeBoolean('isWhole', {
      description: `Whether all conversations were counted; else only the first ${mostConversations} of the topic (and the rest of a batch) were.`,
    }),
    conversations: t.int({
      description: 'How many conversations were read.',
      resolve: ({ tally }) => tally.conversations,
    }),
    messages: t.int({
      description: 'How many messages they have.',
      resolve: ({ tally }) => tally.messages,
    }),
    records: t.int({ description: 'How many records come of them.', resolve: ({ tally }) => tally.records }),
    tokenEstimate: t.float({
      description: 'How many tokens the texts of the records have, roughly: four characters each.',
      resolve: ({ tally }) => estimateTokens(tally),
    }),
    trueLabels: t.int({
      description: 'Of KTO: records whose label is true.',
      resolve: ({ tally }) => tally.labels.true,
    }),
    falseLabels: t.int({
      description: 'Of KTO: records whose label is false.',
      resolve: ({ tally }) => tally.labels.false,
    }),
    models: t.field({
      type: [DatasetModelShare],
      description: 'By the model whose reply is taught, most first.',
      resolve: ({ tally }) => countsOf(tally.models).map((one) => ({ ...one, of: tally.records })),
    }),
    provenance: t.field({
      type: [DatasetCount],
      description: 'By what records come from: preference, rating, score, correction, …, most first.',
      resolve: ({ tally }) => countsOf(tally.provenance),
    }),
    skipped: t.field({
      type: [DatasetCount],
      description: 'What could have been a record and is none, by the reason, most first.',
      resolve: ({ tally }) => countsOf(tally.skipped).filter(({ count }) => count > 0),
    }),
    conflicts: t.field({
      type: DatasetConflicts,
      description: 'Contradictions between authors.',
      resolve: ({ tally }) => tally.conflicts,
    }),
  }),
});

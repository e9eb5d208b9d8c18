/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Side of a comparison. */
export type ComparedInput = {
  /** Only replies that were made at this instant or later. */
  from?: string | null | undefined;
  /** Only replies of this model. Defaults to all models. */
  model?: string | null | undefined;
  /** Only replies that were made before this instant. */
  to?: string | null | undefined;
};

/** A rule for authors who contradict each other. */
export type ConflictRule =
  /** The reply or pair is left out. */
  | 'DROP'
  /** Both sides count, each in a record of its own. */
  | 'KEEP_ALL'
  /** What the majority says counts; a tie is dropped. */
  | 'MAJORITY';

/** What goes into a dataset: the options of the command `export`. An omitted list does not filter; an empty list is refused. */
export type DatasetFilter = {
  /** Offset up to which the log is read. Defaults to the newest. */
  asOf?: number | null | undefined;
  /** Rule for authors who contradict each other. Defaults to MAJORITY. */
  conflict?: ConflictRule | null | undefined;
  /** Whether equal records are written only once. Defaults to false. */
  deduplicate?: boolean | null | undefined;
  /** Only replies created at this instant or later. Defaults to no limit. */
  from?: string | null | undefined;
  /** Whether replies that were stopped are included. Defaults to false. */
  includeStopped?: boolean | null | undefined;
  /** Maximum characters of content in a record. Defaults to no limit. */
  maxCharacters?: number | null | undefined;
  /** Minimum number of authors that must agree on a record. Defaults to 1, and to 0 for threads (SFT, OPENAI_SFT). */
  minRaters?: number | null | undefined;
  /** Only replies of these models. Defaults to all. */
  models?: Array<string> | null | undefined;
  /** Kinds of feedback to make pairs of (DPO, REWARD, OPENAI_DPO). Defaults to all. */
  pairs?: Array<PairKind> | null | undefined;
  /** Whether each record says in `provenance` where it comes from. Defaults to false. */
  provenance?: boolean | null | undefined;
  /** Whether personal data and keys are replaced by placeholders. Defaults to false. */
  redact?: boolean | null | undefined;
  /** How much of a thread is used (SFT, OPENAI_SFT). Defaults to NOT_DISLIKED. */
  replies?: ReplyRule | null | undefined;
  /** Only messages of these roles; must include ASSISTANT. Defaults to all. */
  roles?: Array<Role> | null | undefined;
  /** From 0 to 1. If an author gave a score but no rating, a score of this or more counts as a like, a lower one as a dislike. If omitted, scores do not count. */
  scoreThreshold?: number | null | undefined;
  /** Only feedback of these sources. Defaults to END_USER, and to all for EVENTS and CONVERSATIONS. */
  source?: Array<FeedbackSource> | null | undefined;
  /** Whether system prompts are exported. Defaults to KEEP. */
  system?: SystemPromptRule | null | undefined;
  /** Only feedback that has at least one of these tags. Defaults to all. */
  tags?: Array<string> | null | undefined;
  /** Only replies created before this instant. Defaults to no limit. */
  to?: string | null | undefined;
  /** Topic of the conversations. Defaults to `default`. */
  topic?: string | null | undefined;
  /** How much of the thread before a reply is its prompt. Defaults to THREAD. */
  turns?: TurnRule | null | undefined;
  /** Whether usernames are exported unchanged. If false, EVENTS and CONVERSATIONS have numbers in their place, and the provenance of records names no authors. Defaults to false. */
  usernames?: boolean | null | undefined;
};

/** A format of training data. */
export type DatasetFormat =
  /** Conversations with all their feedback. As the command `export conversations` writes it. */
  | 'CONVERSATIONS'
  /** DPO: chosen and rejected replies, for TRL. As the command `export dpo` writes it. */
  | 'DPO'
  /** Events, as they are in the log. As the command `export events` writes it. */
  | 'EVENTS'
  /** KTO: likes and dislikes, for TRL. As the command `export kto` writes it. */
  | 'KTO'
  /** Preferences, for OpenAI. As the command `export openai-dpo` writes it. */
  | 'OPENAI_DPO'
  /** Fine-tuning, for OpenAI. As the command `export openai-sft` writes it. */
  | 'OPENAI_SFT'
  /** Reward model: entire conversations, for TRL. As the command `export reward` writes it. */
  | 'REWARD'
  /** SFT: good conversations, for TRL. As the command `export sft` writes it. */
  | 'SFT';

/** Conversation to end. */
export type EndConversationInput = {
  /** ULID of the conversation. */
  id: string;
};

/** Type of an event. */
export type EventType =
  /** A message was added. A reply that is still to be generated is added without its text. */
  | 'ADD_MESSAGE'
  /** A conversation was ended. */
  | 'END_CONVERSATION'
  /** A conversation was started. */
  | 'START_CONVERSATION'
  /** A whole conversation received feedback. */
  | 'UPDATE_CONVERSATION'
  /** A reply ended or received feedback. The payload has only the fields that changed. */
  | 'UPDATE_MESSAGE';

/** Role of the author of feedback. No number mixes sources. */
export type FeedbackSource =
  /** A person who used the application. */
  | 'END_USER'
  /** A model that judges replies. */
  | 'JUDGE'
  /** A person who reviews replies. */
  | 'REVIEWER';

/** Part of a reply that a piece belongs to. Each channel has its own text offsets. */
export type GenerationChannel =
  /** Reasoning of the model before and between its text, if the endpoint reports it: it becomes the `reasoning` of the message. */
  | 'REASONING'
  /** The reply itself: it becomes the `content` of the message. */
  | 'TEXT';

/** Parameters of the request to the model. For one that is omitted or null, the model's default is used. */
export type GenerationParameters = {
  /** Maximum number of tokens in the reply, 1 to 10,000,000. */
  maxTokens?: number | null | undefined;
  /** Seed of the sampling: the same seed asks for the same choices, as far as the model supports it. */
  seed?: number | null | undefined;
  /** Stop sequences, at most 4 of 1,000 bytes each: the reply ends before the first of them. */
  stop?: Array<string> | null | undefined;
  /** Randomness, 0 to 2: a higher value gives more varied replies. */
  temperature?: number | null | undefined;
  /** Probability mass, 0 to 1: only the most likely tokens that add up to it are considered. */
  topP?: number | null | undefined;
};

/** Status of a message. STREAMING becomes one of the others, which are final. */
export type MessageStatus =
  /** Finished normally. */
  | 'COMPLETE'
  /** The model failed; `error` says why. It keeps the text generated so far. */
  | 'FAILED'
  /** The server that generated it stopped or lost its connection. It keeps the text generated so far. */
  | 'INTERRUPTED'
  /** Stopped on request, or because it became longer than MAX_REPLY_BYTES. It keeps the text generated so far. */
  | 'STOPPED'
  /** The model is generating it. */
  | 'STREAMING';

/** The kind of feedback that makes a pair of a better and a worse reply. */
export type PairKind =
  /** An author wrote what the reply should have been. */
  | 'CORRECTION'
  /** One reply was chosen over its siblings. */
  | 'PREFERENCE'
  /** One author liked one of two siblings and disliked the other. */
  | 'RATING';

/** A choice among the replies to one message. */
export type PreferReplyInput = {
  /** Id of the chosen reply. */
  chosenId: string;
  /** Ids of the other replies to the same message that it was compared with: 1 to 100. null withdraws the choice of `chosenId`. */
  rejectedIds?: Array<string> | null | undefined;
  /** Role of the author. Defaults to END_USER; the other roles are for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** Whether all of them are equally good. Defaults to false. */
  tie?: boolean | null | undefined;
  /** Username of the author. Defaults to the viewer; only SERVICE and ADMIN may name others. */
  username?: string | null | undefined;
};

/** Feedback on a whole conversation to give or withdraw. Omitted fields are unchanged; null withdraws a field. */
export type RateConversationInput = {
  /** Comment, not empty. */
  comment?: string | null | undefined;
  /** Id of the conversation. */
  id: string;
  /** Like or dislike. */
  rating?: Rating | null | undefined;
  /** Score from 0 (worst) to 1 (best). */
  score?: number | null | undefined;
  /** Role of the author. Defaults to END_USER; the other roles are for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** Keys of tags: at most 20, each of at most 100 bytes. */
  tags?: Array<string> | null | undefined;
  /** Username of the author. Defaults to the viewer; only SERVICE and ADMIN may name others. */
  username?: string | null | undefined;
};

/** A rating to give or withdraw. Omitted fields are unchanged; null withdraws a field. */
export type RateMessageInput = {
  /** Id of the reply. */
  messageId: string;
  /** Like or dislike. */
  rating?: Rating | null | undefined;
  /** Score from 0 (worst) to 1 (best). */
  score?: number | null | undefined;
  /** Role of the author. Defaults to END_USER; the other roles are for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** Username of the author. Defaults to the viewer; only SERVICE and ADMIN may name others. */
  username?: string | null | undefined;
};

/** Like or dislike. */
export type Rating =
  /** Bad. */
  | 'DISLIKE'
  /** Good. */
  | 'LIKE';

/** A signal to record. */
export type RecordSignalInput = {
  /** Id of the reply. */
  messageId: string;
  /** What was done with the reply. */
  signal: RecordedSignal;
  /** Username of the person who did it. Defaults to the viewer; only SERVICE and ADMIN may name others. */
  username?: string | null | undefined;
};

/** What someone did with a reply, recorded by clients with `recordSignal`. */
export type RecordedSignal =
  /** Copied the text of the reply. */
  | 'COPIED'
  /** Inserted the reply into a document or a form. */
  | 'INSERTED'
  /** Had the reply read aloud. */
  | 'READ_ALOUD'
  /** Shared the reply with others. */
  | 'SHARED';

/** Reply to generate again, as a sibling of the existing one. */
export type RegenerateReplyInput = {
  /** Existing reply. It must follow a message; if it is STREAMING, it continues. */
  messageId: string;
  /** Id of a model on offer. Defaults to the model of the existing reply or, if it has none, the conversation's model. */
  model?: string | null | undefined;
  /** Parameters of the request to the model, replacing all of them. Defaults to those of the existing reply. */
  parameters?: GenerationParameters | null | undefined;
  /** Id of the new reply: a ULID of the client's choice, which makes the request safe to repeat. Defaults to a new one. */
  replyId?: string | null | undefined;
};

/** How much of a thread is used, by the feedback on its replies. */
export type ReplyRule =
  /** The whole thread, whatever its feedback. */
  | 'ALL'
  /** The thread until its last liked reply. */
  | 'LIKED'
  /** The thread until a reply was disliked or a sibling of it was preferred. */
  | 'NOT_DISLIKED';

/** Role of the author of a message. */
export type Role =
  /** A model: the message is a reply. */
  | 'ASSISTANT'
  /** Instructions to the model. */
  | 'SYSTEM'
  /** A person: the message is a prompt. */
  | 'USER';

/** Prompt for a model, and how it is to reply. */
export type SendMessageInput = {
  /** Text of the prompt: not empty, at most MAX_MESSAGE_BYTES bytes of UTF-8. */
  content: string;
  /** Conversation to add the prompt to. */
  conversationId: string;
  /** Id of the prompt: a ULID of the client's choice, which makes the request safe to repeat. Defaults to a new one. */
  id?: string | null | undefined;
  /** Id of a model on offer. Defaults to the conversation's model. */
  model?: string | null | undefined;
  /** Parameters of the request to the model. */
  parameters?: GenerationParameters | null | undefined;
  /** Message that the prompt follows. Defaults to the newest message of the conversation; an earlier one starts a branch, null a thread of its own. */
  parentId?: string | null | undefined;
  /** Id of the reply: a ULID. Defaults to one that is derived from `id`. */
  replyId?: string | null | undefined;
};

/** What someone did with a reply. A signal is a hint at its quality, not a rating. */
export type Signal =
  /** Copied the text of the reply. */
  | 'COPIED'
  /** Rewrote the prompt of the reply; also if the new prompt was captured or imported. */
  | 'EDITED'
  /** Ended the conversation within a minute after the reply, its last message. */
  | 'ENDED'
  /** Inserted the reply into a document or a form. */
  | 'INSERTED'
  /** Had the reply read aloud. */
  | 'READ_ALOUD'
  /** Requested another reply to the same message; also if that reply was captured or imported. */
  | 'REGENERATED'
  /** Shared the reply with others. */
  | 'SHARED'
  /** Stopped the reply before its end. */
  | 'STOPPED';

/** Conversation to start. */
export type StartConversationInput = {
  /** ULID chosen by the client, which makes the request safe to repeat. Defaults to a new one. */
  id?: string | null | undefined;
  /** Object of at most 64 KiB as JSON, stored verbatim. Defaults to {}. */
  metadata?: unknown;
  /** Id of a model that this server offers. */
  model: string;
  /** Instructions to the model, which become the first message. At most MAX_MESSAGE_BYTES. */
  systemPrompt?: string | null | undefined;
  /** Title of at most 1,000 bytes. */
  title?: string | null | undefined;
  /** Name of the topic for its events, which is created if it does not exist. Defaults to `default`. */
  topic?: string | null | undefined;
  /** Owner's username. Defaults to the viewer's; only SERVICE and ADMIN may give another. */
  username?: string | null | undefined;
};

/** Dimension by which statistics are divided into rows. */
export type StatsDimension =
  /** One row per day of the time zone in which replies were made. */
  | 'DAY'
  /** One row per hour in which replies were made. HOUR together with DAY is the same as HOUR. */
  | 'HOUR'
  /** One row per model that made replies. */
  | 'MODEL'
  /** One row per tag, which counts the feedback that carries it. Feedback may carry several tags, or none. */
  | 'TAG';

/** Reply to stop. */
export type StopGenerationInput = {
  /** Id of the reply. */
  messageId: string;
};

/** Feedback to give or withdraw. Omitted fields are unchanged; null withdraws a field. */
export type SubmitFeedbackInput = {
  /** Comment, not empty. */
  comment?: string | null | undefined;
  /** What the reply should have been, not empty. */
  correction?: string | null | undefined;
  /** Id of the reply. */
  messageId: string;
  /** Role of the author. Defaults to END_USER; the other roles are for SERVICE and ADMIN. */
  source?: FeedbackSource | null | undefined;
  /** Keys of tags: at most 20, each of at most 100 bytes. */
  tags?: Array<string> | null | undefined;
  /** Username of the author. Defaults to the viewer; only SERVICE and ADMIN may name others. */
  username?: string | null | undefined;
};

/** Whether system prompts are exported. */
export type SystemPromptRule =
  /** System prompts are left out. */
  | 'DROP'
  /** System prompts stay. */
  | 'KEEP';

/** How much of the thread before a reply is its prompt. */
export type TurnRule =
  /** What the user wrote last, with the system prompts. */
  | 'LAST'
  /** The whole thread before the reply. */
  | 'THREAD';

/** Permission of a viewer. A viewer with several roles has the permissions of each. */
export type ViewerRole =
  /** Is allowed everything. */
  | 'ADMIN'
  /** Reads everything, and writes their own conversations. */
  | 'ANALYST'
  /** Reads everything, and writes on behalf of any username. */
  | 'SERVICE'
  /** Reads and writes the conversations of their own username. */
  | 'USER';

export type EventFieldsFragment = { topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { username: string, roles: Array<ViewerRole> } };

export type ModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelsQuery = { models: { nodes: Array<{ id: string, isDefault: boolean }> } };

export type ConversationsQueryVariables = Exact<{
  username?: string | null | undefined;
  search?: string | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type ConversationsQuery = { conversations: { nodes: Array<{ id: string, title: string | null, startedAt: string, endedAt: string | null, model: { id: string }, messages: { nodes: Array<{ role: Role, content: string }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ConversationEventsQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type ConversationEventsQuery = { conversation: { id: string } | null, events: { nodes: Array<{ topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type FollowConversationSubscriptionVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type FollowConversationSubscription = { events: { topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown } };

export type FollowReplySubscriptionVariables = Exact<{
  messageId: string;
  after?: number;
  afterReasoning?: number;
}>;


export type FollowReplySubscription = { generation:
    | { __typename: 'GenerationDelta', channel: GenerationChannel, offset: number, end: number, text: string }
    | { __typename: 'GenerationEnd', message: { id: string, content: string, reasoning: string | null, status: MessageStatus, error: string | null } }
    | { __typename: 'GenerationRewind', channel: GenerationChannel, end: number }
   };

export type StartConversationMutationVariables = Exact<{
  input: StartConversationInput;
}>;


export type StartConversationMutation = { startConversation: { conversation: { id: string } } };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage: { message: { id: string }, reply: { id: string } } };

export type RegenerateReplyMutationVariables = Exact<{
  input: RegenerateReplyInput;
}>;


export type RegenerateReplyMutation = { regenerateReply: { reply: { id: string } } };

export type StopGenerationMutationVariables = Exact<{
  input: StopGenerationInput;
}>;


export type StopGenerationMutation = { stopGeneration: { message: { id: string } } };

export type RateMessageMutationVariables = Exact<{
  input: RateMessageInput;
}>;


export type RateMessageMutation = { rateMessage: { message: { id: string } } };

export type SubmitFeedbackMutationVariables = Exact<{
  input: SubmitFeedbackInput;
}>;


export type SubmitFeedbackMutation = { submitFeedback: { message: { id: string } } };

export type EndConversationMutationVariables = Exact<{
  input: EndConversationInput;
}>;


export type EndConversationMutation = { endConversation: { conversation: { id: string } } };

export type TopicsQueryVariables = Exact<{ [key: string]: never; }>;


export type TopicsQuery = { topics: Array<{ name: string, nextOffset: number }> };

export type EventsQueryVariables = Exact<{
  topic: string;
  offset?: number | null | undefined;
  after?: string | null | undefined;
  first: number;
  types?: Array<EventType> | EventType | null | undefined;
  conversationId?: string | null | undefined;
}>;


export type EventsQuery = { events: { nodes: Array<{ topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type FollowEventsSubscriptionVariables = Exact<{
  topic: string;
  offset?: number | null | undefined;
  after?: string | null | undefined;
  types?: Array<EventType> | EventType | null | undefined;
  conversationId?: string | null | undefined;
}>;


export type FollowEventsSubscription = { events: { topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown } };

export type SuggestedTagsQueryVariables = Exact<{
  topic: string;
}>;


export type SuggestedTagsQuery = { suggestedTags: Array<{ key: string, label: string }> };

export type PreferReplyMutationVariables = Exact<{
  input: PreferReplyInput;
}>;


export type PreferReplyMutation = { preferReply: { message: { id: string } } };

export type RecordSignalMutationVariables = Exact<{
  input: RecordSignalInput;
}>;


export type RecordSignalMutation = { recordSignal: { message: { id: string } } };

export type RateConversationMutationVariables = Exact<{
  input: RateConversationInput;
}>;


export type RateConversationMutation = { rateConversation: { conversation: { id: string } } };

export type StatsFieldsFragment = { bucket: string | null, tag: string | null, replies: number, rated: number | null, responseRate: number | null, feedback: number, likes: number, dislikes: number, likeRate: number | null, likeRateLow: number | null, likeRateHigh: number | null, scores: number, averageScore: number | null, averageScoreError: number | null, scoreHistogram: Array<number>, comments: number, corrections: number, model: { id: string } | null, signals: Array<{ signal: Signal, count: number }> };

export type FollowStatsSubscriptionVariables = Exact<{
  topic: string;
  models?: Array<string> | string | null | undefined;
  from?: string | null | undefined;
  source: FeedbackSource;
  by: Array<StatsDimension> | StatsDimension;
  timeZone: string;
  zeroFill: boolean;
}>;


export type FollowStatsSubscription = { ratingStats: { offset: number | null, rows: Array<{ bucket: string | null, tag: string | null, replies: number, rated: number | null, responseRate: number | null, feedback: number, likes: number, dislikes: number, likeRate: number | null, likeRateLow: number | null, likeRateHigh: number | null, scores: number, averageScore: number | null, averageScoreError: number | null, scoreHistogram: Array<number>, comments: number, corrections: number, model: { id: string } | null, signals: Array<{ signal: Signal, count: number }> }> } };

export type LatestDislikesQueryVariables = Exact<{
  topic: string;
  source: FeedbackSource;
  model?: string | null | undefined;
  from?: string | null | undefined;
  first: number;
}>;


export type LatestDislikesQuery = { feedback: { nodes: Array<{ username: string, comment: string | null, tags: Array<string>, correction: string | null, updatedAt: string, message: { id: string, content: string, model: { id: string } | null, conversation: { id: string }, parent: { content: string } | null } }> } };

export type ModelRankingQueryVariables = Exact<{
  topic: string;
  from?: string | null | undefined;
  source: FeedbackSource;
}>;


export type ModelRankingQuery = { modelRanking: Array<{ rank: number, set: number, setSize: number, strength: number, strengthLow: number, strengthHigh: number, wins: number, losses: number, ties: number, isAdjusted: boolean, model: { id: string }, pairs: Array<{ wins: number, losses: number, ties: number, winRate: number | null, opponent: { id: string } }> }> };

export type CompareModelsQueryVariables = Exact<{
  topic: string;
  source: FeedbackSource;
  a: ComparedInput;
  b: ComparedInput;
}>;


export type CompareModelsQuery = { compareModels: { summary: string, difference: number | null, differenceLow: number | null, differenceHigh: number | null, excludesZero: boolean, moreRatings: number | null, a: { likes: number, dislikes: number, likeRate: number | null, likeRateLow: number | null, likeRateHigh: number | null }, b: { likes: number, dislikes: number, likeRate: number | null, likeRateLow: number | null, likeRateHigh: number | null } } };

export type DatasetQueryVariables = Exact<{
  format: DatasetFormat;
  filter: DatasetFilter;
}>;


export type DatasetQuery = { datasetSummary: { conversations: number, messages: number, records: number, tokenEstimate: number, conflicts: number, models: Array<{ key: string, count: number }>, skipped: Array<{ key: string, count: number }> }, datasetPreview: { records: Array<unknown> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const EventFieldsFragmentDoc = new TypedDocumentString(`
    fragment EventFields on Event {
  topic
  offset
  cursor
  type
  conversationId
  version
  actor
  recordedAt
  payload
}
    `, {"fragmentName":"EventFields"}) as unknown as TypedDocumentString<EventFieldsFragment, unknown>;
export const StatsFieldsFragmentDoc = new TypedDocumentString(`
    fragment StatsFields on RatingStats {
  model {
    id
  }
  bucket
  tag
  replies
  rated
  responseRate
  feedback
  likes
  dislikes
  likeRate
  likeRateLow
  likeRateHigh
  scores
  averageScore
  averageScoreError
  scoreHistogram
  comments
  corrections
  signals {
    signal
    count
  }
}
    `, {"fragmentName":"StatsFields"}) as unknown as TypedDocumentString<StatsFieldsFragment, unknown>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    username
    roles
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const ModelsDocument = new TypedDocumentString(`
    query Models {
  models(first: 100) {
    nodes {
      id
      isDefault
    }
  }
}
    `) as unknown as TypedDocumentString<ModelsQuery, ModelsQueryVariables>;
export const ConversationsDocument = new TypedDocumentString(`
    query Conversations($username: String, $search: String, $first: Int! = 30, $after: String) {
  conversations(
    username: $username
    search: $search
    first: $first
    after: $after
  ) {
    nodes {
      id
      title
      startedAt
      endedAt
      model {
        id
      }
      messages(first: 2) {
        nodes {
          role
          content
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ConversationsQuery, ConversationsQueryVariables>;
export const ConversationEventsDocument = new TypedDocumentString(`
    query ConversationEvents($id: ID!, $after: String) {
  conversation(id: $id) {
    id
  }
  events(conversationId: $id, after: $after, first: 1000) {
    nodes {
      ...EventFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment EventFields on Event {
  topic
  offset
  cursor
  type
  conversationId
  version
  actor
  recordedAt
  payload
}`) as unknown as TypedDocumentString<ConversationEventsQuery, ConversationEventsQueryVariables>;
export const FollowConversationDocument = new TypedDocumentString(`
    subscription FollowConversation($id: ID!, $after: String) {
  events(conversationId: $id, after: $after) {
    ...EventFields
  }
}
    fragment EventFields on Event {
  topic
  offset
  cursor
  type
  conversationId
  version
  actor
  recordedAt
  payload
}`) as unknown as TypedDocumentString<FollowConversationSubscription, FollowConversationSubscriptionVariables>;
export const FollowReplyDocument = new TypedDocumentString(`
    subscription FollowReply($messageId: ID!, $after: Int! = 0, $afterReasoning: Int! = 0) {
  generation(
    messageId: $messageId
    after: $after
    afterReasoning: $afterReasoning
  ) {
    __typename
    ... on GenerationDelta {
      channel
      offset
      end
      text
    }
    ... on GenerationRewind {
      channel
      end
    }
    ... on GenerationEnd {
      message {
        id
        content
        reasoning
        status
        error
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FollowReplySubscription, FollowReplySubscriptionVariables>;
export const StartConversationDocument = new TypedDocumentString(`
    mutation StartConversation($input: StartConversationInput!) {
  startConversation(input: $input) {
    conversation {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<StartConversationMutation, StartConversationMutationVariables>;
export const SendMessageDocument = new TypedDocumentString(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message {
      id
    }
    reply {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const RegenerateReplyDocument = new TypedDocumentString(`
    mutation RegenerateReply($input: RegenerateReplyInput!) {
  regenerateReply(input: $input) {
    reply {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RegenerateReplyMutation, RegenerateReplyMutationVariables>;
export const StopGenerationDocument = new TypedDocumentString(`
    mutation StopGeneration($input: StopGenerationInput!) {
  stopGeneration(input: $input) {
    message {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<StopGenerationMutation, StopGenerationMutationVariables>;
export const RateMessageDocument = new TypedDocumentString(`
    mutation RateMessage($input: RateMessageInput!) {
  rateMessage(input: $input) {
    message {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RateMessageMutation, RateMessageMutationVariables>;
export const SubmitFeedbackDocument = new TypedDocumentString(`
    mutation SubmitFeedback($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) {
    message {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<SubmitFeedbackMutation, SubmitFeedbackMutationVariables>;
export const EndConversationDocument = new TypedDocumentString(`
    mutation EndConversation($input: EndConversationInput!) {
  endConversation(input: $input) {
    conversation {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<EndConversationMutation, EndConversationMutationVariables>;
export const TopicsDocument = new TypedDocumentString(`
    query Topics {
  topics {
    name
    nextOffset
  }
}
    `) as unknown as TypedDocumentString<TopicsQuery, TopicsQueryVariables>;
export const EventsDocument = new TypedDocumentString(`
    query Events($topic: String!, $offset: Offset, $after: String, $first: Int!, $types: [EventType!], $conversationId: ID) {
  events(
    topic: $topic
    offset: $offset
    after: $after
    first: $first
    types: $types
    conversationId: $conversationId
  ) {
    nodes {
      ...EventFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment EventFields on Event {
  topic
  offset
  cursor
  type
  conversationId
  version
  actor
  recordedAt
  payload
}`) as unknown as TypedDocumentString<EventsQuery, EventsQueryVariables>;
export const FollowEventsDocument = new TypedDocumentString(`
    subscription FollowEvents($topic: String!, $offset: Offset, $after: String, $types: [EventType!], $conversationId: ID) {
  events(
    topic: $topic
    offset: $offset
    after: $after
    types: $types
    conversationId: $conversationId
  ) {
    ...EventFields
  }
}
    fragment EventFields on Event {
  topic
  offset
  cursor
  type
  conversationId
  version
  actor
  recordedAt
  payload
}`) as unknown as TypedDocumentString<FollowEventsSubscription, FollowEventsSubscriptionVariables>;
export const SuggestedTagsDocument = new TypedDocumentString(`
    query SuggestedTags($topic: String!) {
  suggestedTags(topic: $topic) {
    key
    label
  }
}
    `) as unknown as TypedDocumentString<SuggestedTagsQuery, SuggestedTagsQueryVariables>;
export const PreferReplyDocument = new TypedDocumentString(`
    mutation PreferReply($input: PreferReplyInput!) {
  preferReply(input: $input) {
    message {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<PreferReplyMutation, PreferReplyMutationVariables>;
export const RecordSignalDocument = new TypedDocumentString(`
    mutation RecordSignal($input: RecordSignalInput!) {
  recordSignal(input: $input) {
    message {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RecordSignalMutation, RecordSignalMutationVariables>;
export const RateConversationDocument = new TypedDocumentString(`
    mutation RateConversation($input: RateConversationInput!) {
  rateConversation(input: $input) {
    conversation {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RateConversationMutation, RateConversationMutationVariables>;
export const FollowStatsDocument = new TypedDocumentString(`
    subscription FollowStats($topic: String!, $models: [ID!], $from: DateTime, $source: FeedbackSource!, $by: [StatsDimension!]!, $timeZone: String!, $zeroFill: Boolean!) {
  ratingStats(
    topic: $topic
    models: $models
    from: $from
    source: $source
    by: $by
    timeZone: $timeZone
    zeroFill: $zeroFill
    minIntervalMs: 500
  ) {
    offset
    rows {
      ...StatsFields
    }
  }
}
    fragment StatsFields on RatingStats {
  model {
    id
  }
  bucket
  tag
  replies
  rated
  responseRate
  feedback
  likes
  dislikes
  likeRate
  likeRateLow
  likeRateHigh
  scores
  averageScore
  averageScoreError
  scoreHistogram
  comments
  corrections
  signals {
    signal
    count
  }
}`) as unknown as TypedDocumentString<FollowStatsSubscription, FollowStatsSubscriptionVariables>;
export const LatestDislikesDocument = new TypedDocumentString(`
    query LatestDislikes($topic: String!, $source: FeedbackSource!, $model: ID, $from: DateTime, $first: Int!) {
  feedback(
    topic: $topic
    source: $source
    model: $model
    from: $from
    rating: DISLIKE
    first: $first
  ) {
    nodes {
      username
      comment
      tags
      correction
      updatedAt
      message {
        id
        content
        model {
          id
        }
        conversation {
          id
        }
        parent {
          content
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LatestDislikesQuery, LatestDislikesQueryVariables>;
export const ModelRankingDocument = new TypedDocumentString(`
    query ModelRanking($topic: String!, $from: DateTime, $source: FeedbackSource!) {
  modelRanking(topic: $topic, from: $from, source: $source, fromRatings: true) {
    model {
      id
    }
    rank
    set
    setSize
    strength
    strengthLow
    strengthHigh
    wins
    losses
    ties
    isAdjusted
    pairs {
      opponent {
        id
      }
      wins
      losses
      ties
      winRate
    }
  }
}
    `) as unknown as TypedDocumentString<ModelRankingQuery, ModelRankingQueryVariables>;
export const CompareModelsDocument = new TypedDocumentString(`
    query CompareModels($topic: String!, $source: FeedbackSource!, $a: ComparedInput!, $b: ComparedInput!) {
  compareModels(topic: $topic, source: $source, a: $a, b: $b) {
    summary
    difference
    differenceLow
    differenceHigh
    excludesZero
    moreRatings
    a {
      likes
      dislikes
      likeRate
      likeRateLow
      likeRateHigh
    }
    b {
      likes
      dislikes
      likeRate
      likeRateLow
      likeRateHigh
    }
  }
}
    `) as unknown as TypedDocumentString<CompareModelsQuery, CompareModelsQueryVariables>;
export const DatasetDocument = new TypedDocumentString(`
    query Dataset($format: DatasetFormat!, $filter: DatasetFilter!) {
  datasetSummary(format: $format, filter: $filter) {
    conversations
    messages
    records
    tokenEstimate
    conflicts
    models {
      key
      count
    }
    skipped {
      key
      count
    }
  }
  datasetPreview(format: $format, filter: $filter, first: 3) {
    records
  }
}
    `) as unknown as TypedDocumentString<DatasetQuery, DatasetQueryVariables>;
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Message that was written elsewhere, to be stored verbatim. */
export type AddMessageInput = {
  /** Text: not empty, at most MAX_MESSAGE_BYTES. */
  content: string;
  /** ULID of the conversation that it belongs to. */
  conversationId: string;
  /** Instant at which it was written. Defaults to now. */
  createdAt?: string | null | undefined;
  /** ULID chosen by the client, which makes the request safe to repeat. Defaults to a new one. */
  id?: string | null | undefined;
  /** Object of at most 64 KiB as JSON, stored verbatim. Defaults to {}. */
  metadata?: unknown;
  /** Id of the model that produced it, whether or not this server offers it. */
  model?: string | null | undefined;
  /** ULID of the message that it follows. Defaults to the newest message; null starts a new thread. */
  parentId?: string | null | undefined;
  /** Role of the author. */
  role: Role;
};

/** Side of a comparison. */
export type ComparedInput = {
  /** Only replies that were made at this instant or later. */
  from?: string | null | undefined;
  /** Only replies of this model. Defaults to all models. */
  model?: string | null | undefined;
  /** Only replies that were made before this instant. */
  to?: string | null | undefined;
};

/** Settings of a topic. */
export type ConfigureTopicInput = {
  /** Name of the topic, which may have no events yet. */
  name: string;
  /** Tags that clients should offer, in this order: at most 100. They replace the previous ones. */
  tags: Array<SuggestedTagInput>;
};

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

/** A tag that clients should offer. */
export type SuggestedTagInput = {
  /** Key that feedback stores in `tags`: 1 to 100 bytes. */
  key: string;
  /** Text to display: 1 to 200 bytes. */
  label: string;
};

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

export type FeedbackFieldsFragment = { username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null };

export type ConversationFeedbackFieldsFragment = { username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string> };

export type MessageFieldsFragment = { id: string, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, createdAt: string, parent: { id: string } | null, model: { id: string } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null };

export type MessageSnapshotFieldsFragment = { id: string, parentId: string | null, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, metadata: unknown, createdAt: string, model: { id: string } | null, parameters: { temperature: number | null, maxTokens: number | null, topP: number | null, stop: Array<string> | null, seed: number | null } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null, feedback: Array<{ username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null, createdAt: string, updatedAt: string }> };

export type EventFieldsFragment = { id: string, topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { username: string, roles: Array<ViewerRole> } };

export type ModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelsQuery = { models: { nodes: Array<{ id: string, isOnOffer: boolean, isDefault: boolean }> } };

export type TopicsQueryVariables = Exact<{ [key: string]: never; }>;


export type TopicsQuery = { topics: Array<{ name: string, nextOffset: number }> };

export type ConversationQueryVariables = Exact<{
  id: string;
}>;


export type ConversationQuery = { conversation: { id: string, topic: string, username: string, title: string | null, metadata: unknown, version: number, startedAt: string, endedAt: string | null, model: { id: string }, messages: { nodes: Array<{ id: string, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, createdAt: string, feedback: Array<{ username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null }>, parent: { id: string } | null, model: { id: string } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null }> } } | null };

export type ConversationAtQueryVariables = Exact<{
  id: string;
  offset?: number | null | undefined;
  time?: string | null | undefined;
}>;


export type ConversationAtQuery = { conversationAt: { id: string, topic: string, username: string, title: string | null, metadata: unknown, offset: number, version: number, startedAt: string, endedAt: string | null, model: { id: string, metadata: unknown }, messages: Array<{ id: string, parentId: string | null, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, metadata: unknown, createdAt: string, model: { id: string } | null, parameters: { temperature: number | null, maxTokens: number | null, topP: number | null, stop: Array<string> | null, seed: number | null } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null, feedback: Array<{ username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null, createdAt: string, updatedAt: string }> }> } | null };

export type ConversationsQueryVariables = Exact<{
  topic?: string | null | undefined;
  username?: string | null | undefined;
  model?: string | null | undefined;
  search?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type ConversationsQuery = { conversations: { edges: Array<{ cursor: string, node: { id: string, title: string | null, username: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type MessageQueryVariables = Exact<{
  id: string;
}>;


export type MessageQuery = { message: { id: string, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, createdAt: string, conversation: { id: string }, siblings: Array<{ id: string }>, feedback: Array<{ username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null }>, myFeedback: { username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null } | null, ratingSummary: { likes: number, dislikes: number, scores: number, averageScore: number | null, comments: number, corrections: number }, parent: { id: string } | null, model: { id: string } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null } | null };

export type EventsQueryVariables = Exact<{
  topic?: string;
  offset?: number | null | undefined;
  after?: string | null | undefined;
  first?: number;
  types?: Array<EventType> | EventType | null | undefined;
  conversationId?: string | null | undefined;
}>;


export type EventsQuery = { events: { nodes: Array<{ id: string, topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type StartConversationMutationVariables = Exact<{
  input: StartConversationInput;
}>;


export type StartConversationMutation = { startConversation: { conversation: { id: string, version: number } } };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage: { message: { id: string }, reply: { id: string, status: MessageStatus } } };

export type AddMessageMutationVariables = Exact<{
  input: AddMessageInput;
}>;


export type AddMessageMutation = { addMessage: { message: { id: string, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, createdAt: string, parent: { id: string } | null, model: { id: string } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null } } };

export type RegenerateReplyMutationVariables = Exact<{
  input: RegenerateReplyInput;
}>;


export type RegenerateReplyMutation = { regenerateReply: { reply: { id: string, status: MessageStatus } } };

export type StopGenerationMutationVariables = Exact<{
  input: StopGenerationInput;
}>;


export type StopGenerationMutation = { stopGeneration: { message: { id: string, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, createdAt: string, parent: { id: string } | null, model: { id: string } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null } } };

export type RateMessageMutationVariables = Exact<{
  input: RateMessageInput;
}>;


export type RateMessageMutation = { rateMessage: { message: { id: string }, feedback: { username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null } | null } };

export type SubmitFeedbackMutationVariables = Exact<{
  input: SubmitFeedbackInput;
}>;


export type SubmitFeedbackMutation = { submitFeedback: { message: { id: string }, feedback: { username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null } | null } };

export type EndConversationMutationVariables = Exact<{
  input: EndConversationInput;
}>;


export type EndConversationMutation = { endConversation: { conversation: { id: string, endedAt: string | null } } };

export type GenerationSubscriptionVariables = Exact<{
  messageId: string;
  after?: number;
  afterReasoning?: number;
}>;


export type GenerationSubscription = { generation:
    | { __typename: 'GenerationDelta', messageId: string, channel: GenerationChannel, offset: number, end: number, text: string }
    | { __typename: 'GenerationEnd', message: { id: string, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, createdAt: string, parent: { id: string } | null, model: { id: string } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null } }
    | { __typename: 'GenerationRewind', messageId: string, channel: GenerationChannel, end: number }
   };

export type FollowEventsSubscriptionVariables = Exact<{
  topic?: string;
  offset?: number | null | undefined;
  after?: string | null | undefined;
  types?: Array<EventType> | EventType | null | undefined;
  conversationId?: string | null | undefined;
}>;


export type FollowEventsSubscription = { events: { id: string, topic: string, offset: number, cursor: string, type: EventType, conversationId: string, version: number, actor: string | null, recordedAt: string, payload: unknown } };

export type PreferReplyMutationVariables = Exact<{
  input: PreferReplyInput;
}>;


export type PreferReplyMutation = { preferReply: { message: { id: string }, feedback: { preferredOver: Array<string>, tiedWith: Array<string>, username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null } | null } };

export type RateConversationMutationVariables = Exact<{
  input: RateConversationInput;
}>;


export type RateConversationMutation = { rateConversation: { conversation: { id: string }, feedback: { username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string> } | null } };

export type RecordSignalMutationVariables = Exact<{
  input: RecordSignalInput;
}>;


export type RecordSignalMutation = { recordSignal: { message: { id: string } } };

export type ConfigureTopicMutationVariables = Exact<{
  input: ConfigureTopicInput;
}>;


export type ConfigureTopicMutation = { configureTopic: { topic: { name: string, suggestedTags: Array<{ key: string, label: string }> } } };

export type SuggestedTagsQueryVariables = Exact<{
  topic?: string;
}>;


export type SuggestedTagsQuery = { suggestedTags: Array<{ key: string, label: string }> };

export type RatingStatsFieldsFragment = { offset: number | null, from: string | null, to: string | null, rows: Array<{ bucket: string | null, tag: string | null, replies: number, rated: number | null, responseRate: number | null, feedback: number, likes: number, dislikes: number, likeRate: number | null, likeRateLow: number | null, likeRateHigh: number | null, scores: number, averageScore: number | null, averageScoreError: number | null, scoreHistogram: Array<number>, comments: number, corrections: number, model: { id: string } | null, signals: Array<{ signal: Signal, count: number }> }> };

export type RatingStatsQueryVariables = Exact<{
  topic?: string;
  models?: Array<string> | string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  source?: FeedbackSource;
  by?: Array<StatsDimension> | StatsDimension;
  timeZone?: string;
  zeroFill?: boolean;
}>;


export type RatingStatsQuery = { ratingStats: { offset: number | null, from: string | null, to: string | null, rows: Array<{ bucket: string | null, tag: string | null, replies: number, rated: number | null, responseRate: number | null, feedback: number, likes: number, dislikes: number, likeRate: number | null, likeRateLow: number | null, likeRateHigh: number | null, scores: number, averageScore: number | null, averageScoreError: number | null, scoreHistogram: Array<number>, comments: number, corrections: number, model: { id: string } | null, signals: Array<{ signal: Signal, count: number }> }> } };

export type RatingStatsLiveSubscriptionVariables = Exact<{
  topic?: string;
  models?: Array<string> | string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  source?: FeedbackSource;
  by?: Array<StatsDimension> | StatsDimension;
  timeZone?: string;
  zeroFill?: boolean;
  minIntervalMs?: number;
}>;


export type RatingStatsLiveSubscription = { ratingStats: { offset: number | null, from: string | null, to: string | null, rows: Array<{ bucket: string | null, tag: string | null, replies: number, rated: number | null, responseRate: number | null, feedback: number, likes: number, dislikes: number, likeRate: number | null, likeRateLow: number | null, likeRateHigh: number | null, scores: number, averageScore: number | null, averageScoreError: number | null, scoreHistogram: Array<number>, comments: number, corrections: number, model: { id: string } | null, signals: Array<{ signal: Signal, count: number }> }> } };

export type FeedbackQueryVariables = Exact<{
  topic?: string | null | undefined;
  rating?: Rating | null | undefined;
  hasComment?: boolean | null | undefined;
  tag?: string | null | undefined;
  model?: string | null | undefined;
  source?: FeedbackSource | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  search?: string | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type FeedbackQuery = { feedback: { nodes: Array<{ createdAt: string, username: string, source: FeedbackSource, rating: Rating | null, score: number | null, comment: string | null, tags: Array<string>, correction: string | null, message: { id: string, role: Role, content: string, reasoning: string | null, status: MessageStatus, error: string | null, finishReason: string | null, createdAt: string, conversation: { id: string, topic: string }, parent: { id: string } | null, model: { id: string } | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { firstTokenMs: number | null, totalMs: number } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ModelRankingQueryVariables = Exact<{
  topic?: string;
  from?: string | null | undefined;
  to?: string | null | undefined;
  source?: FeedbackSource;
  tags?: Array<string> | string | null | undefined;
  fromRatings?: boolean;
}>;


export type ModelRankingQuery = { modelRanking: Array<{ rank: number, set: number, setSize: number, strength: number, strengthLow: number, strengthHigh: number, isAdjusted: boolean, wins: number, losses: number, ties: number, model: { id: string }, pairs: Array<{ wins: number, losses: number, ties: number, winRate: number | null, winRateLow: number | null, winRateHigh: number | null, opponent: { id: string } }> }> };

export type CompareModelsQueryVariables = Exact<{
  a: ComparedInput;
  b: ComparedInput;
  topic?: string;
  source?: FeedbackSource;
}>;


export type CompareModelsQuery = { compareModels: { summary: string, difference: number | null, differenceLow: number | null, differenceHigh: number | null, excludesZero: boolean, moreRatings: number | null, offset: number | null, a: { likes: number, dislikes: number, likeRate: number | null }, b: { likes: number, dislikes: number, likeRate: number | null } } };

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
export const FeedbackFieldsFragmentDoc = new TypedDocumentString(`
    fragment FeedbackFields on Feedback {
  username
  source
  rating
  score
  comment
  tags
  correction
}
    `, {"fragmentName":"FeedbackFields"}) as unknown as TypedDocumentString<FeedbackFieldsFragment, unknown>;
export const ConversationFeedbackFieldsFragmentDoc = new TypedDocumentString(`
    fragment ConversationFeedbackFields on ConversationFeedback {
  username
  source
  rating
  score
  comment
  tags
}
    `, {"fragmentName":"ConversationFeedbackFields"}) as unknown as TypedDocumentString<ConversationFeedbackFieldsFragment, unknown>;
export const MessageFieldsFragmentDoc = new TypedDocumentString(`
    fragment MessageFields on Message {
  id
  role
  content
  reasoning
  status
  error
  finishReason
  createdAt
  parent {
    id
  }
  model {
    id
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
}
    `, {"fragmentName":"MessageFields"}) as unknown as TypedDocumentString<MessageFieldsFragment, unknown>;
export const MessageSnapshotFieldsFragmentDoc = new TypedDocumentString(`
    fragment MessageSnapshotFields on MessageSnapshot {
  id
  parentId
  role
  content
  reasoning
  status
  error
  finishReason
  metadata
  createdAt
  model {
    id
  }
  parameters {
    temperature
    maxTokens
    topP
    stop
    seed
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
  feedback {
    username
    source
    rating
    score
    comment
    tags
    correction
    createdAt
    updatedAt
  }
}
    `, {"fragmentName":"MessageSnapshotFields"}) as unknown as TypedDocumentString<MessageSnapshotFieldsFragment, unknown>;
export const EventFieldsFragmentDoc = new TypedDocumentString(`
    fragment EventFields on Event {
  id
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
export const RatingStatsFieldsFragmentDoc = new TypedDocumentString(`
    fragment RatingStatsFields on RatingStatsResult {
  offset
  from
  to
  rows {
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
}
    `, {"fragmentName":"RatingStatsFields"}) as unknown as TypedDocumentString<RatingStatsFieldsFragment, unknown>;
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
  models {
    nodes {
      id
      isOnOffer
      isDefault
    }
  }
}
    `) as unknown as TypedDocumentString<ModelsQuery, ModelsQueryVariables>;
export const TopicsDocument = new TypedDocumentString(`
    query Topics {
  topics {
    name
    nextOffset
  }
}
    `) as unknown as TypedDocumentString<TopicsQuery, TopicsQueryVariables>;
export const ConversationDocument = new TypedDocumentString(`
    query Conversation($id: ID!) {
  conversation(id: $id) {
    id
    topic
    username
    title
    metadata
    version
    startedAt
    endedAt
    model {
      id
    }
    messages {
      nodes {
        ...MessageFields
        feedback {
          ...FeedbackFields
        }
      }
    }
  }
}
    fragment FeedbackFields on Feedback {
  username
  source
  rating
  score
  comment
  tags
  correction
}
fragment MessageFields on Message {
  id
  role
  content
  reasoning
  status
  error
  finishReason
  createdAt
  parent {
    id
  }
  model {
    id
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
}`) as unknown as TypedDocumentString<ConversationQuery, ConversationQueryVariables>;
export const ConversationAtDocument = new TypedDocumentString(`
    query ConversationAt($id: ID!, $offset: Offset, $time: DateTime) {
  conversationAt(id: $id, offset: $offset, time: $time) {
    id
    topic
    username
    title
    metadata
    offset
    version
    startedAt
    endedAt
    model {
      id
      metadata
    }
    messages {
      ...MessageSnapshotFields
    }
  }
}
    fragment MessageSnapshotFields on MessageSnapshot {
  id
  parentId
  role
  content
  reasoning
  status
  error
  finishReason
  metadata
  createdAt
  model {
    id
  }
  parameters {
    temperature
    maxTokens
    topP
    stop
    seed
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
  feedback {
    username
    source
    rating
    score
    comment
    tags
    correction
    createdAt
    updatedAt
  }
}`) as unknown as TypedDocumentString<ConversationAtQuery, ConversationAtQueryVariables>;
export const ConversationsDocument = new TypedDocumentString(`
    query Conversations($topic: String, $username: String, $model: ID, $search: String, $first: Int, $after: String, $last: Int, $before: String) {
  conversations(
    topic: $topic
    username: $username
    model: $model
    search: $search
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    edges {
      cursor
      node {
        id
        title
        username
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ConversationsQuery, ConversationsQueryVariables>;
export const MessageDocument = new TypedDocumentString(`
    query Message($id: ID!) {
  message(id: $id) {
    ...MessageFields
    conversation {
      id
    }
    siblings {
      id
    }
    feedback {
      ...FeedbackFields
    }
    myFeedback {
      ...FeedbackFields
    }
    ratingSummary {
      likes
      dislikes
      scores
      averageScore
      comments
      corrections
    }
  }
}
    fragment FeedbackFields on Feedback {
  username
  source
  rating
  score
  comment
  tags
  correction
}
fragment MessageFields on Message {
  id
  role
  content
  reasoning
  status
  error
  finishReason
  createdAt
  parent {
    id
  }
  model {
    id
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
}`) as unknown as TypedDocumentString<MessageQuery, MessageQueryVariables>;
export const EventsDocument = new TypedDocumentString(`
    query Events($topic: String! = "default", $offset: Offset, $after: String, $first: Int! = 100, $types: [EventType!], $conversationId: ID) {
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
  id
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
export const StartConversationDocument = new TypedDocumentString(`
    mutation StartConversation($input: StartConversationInput!) {
  startConversation(input: $input) {
    conversation {
      id
      version
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
      status
    }
  }
}
    `) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const AddMessageDocument = new TypedDocumentString(`
    mutation AddMessage($input: AddMessageInput!) {
  addMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  role
  content
  reasoning
  status
  error
  finishReason
  createdAt
  parent {
    id
  }
  model {
    id
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
}`) as unknown as TypedDocumentString<AddMessageMutation, AddMessageMutationVariables>;
export const RegenerateReplyDocument = new TypedDocumentString(`
    mutation RegenerateReply($input: RegenerateReplyInput!) {
  regenerateReply(input: $input) {
    reply {
      id
      status
    }
  }
}
    `) as unknown as TypedDocumentString<RegenerateReplyMutation, RegenerateReplyMutationVariables>;
export const StopGenerationDocument = new TypedDocumentString(`
    mutation StopGeneration($input: StopGenerationInput!) {
  stopGeneration(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  role
  content
  reasoning
  status
  error
  finishReason
  createdAt
  parent {
    id
  }
  model {
    id
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
}`) as unknown as TypedDocumentString<StopGenerationMutation, StopGenerationMutationVariables>;
export const RateMessageDocument = new TypedDocumentString(`
    mutation RateMessage($input: RateMessageInput!) {
  rateMessage(input: $input) {
    message {
      id
    }
    feedback {
      ...FeedbackFields
    }
  }
}
    fragment FeedbackFields on Feedback {
  username
  source
  rating
  score
  comment
  tags
  correction
}`) as unknown as TypedDocumentString<RateMessageMutation, RateMessageMutationVariables>;
export const SubmitFeedbackDocument = new TypedDocumentString(`
    mutation SubmitFeedback($input: SubmitFeedbackInput!) {
  submitFeedback(input: $input) {
    message {
      id
    }
    feedback {
      ...FeedbackFields
    }
  }
}
    fragment FeedbackFields on Feedback {
  username
  source
  rating
  score
  comment
  tags
  correction
}`) as unknown as TypedDocumentString<SubmitFeedbackMutation, SubmitFeedbackMutationVariables>;
export const EndConversationDocument = new TypedDocumentString(`
    mutation EndConversation($input: EndConversationInput!) {
  endConversation(input: $input) {
    conversation {
      id
      endedAt
    }
  }
}
    `) as unknown as TypedDocumentString<EndConversationMutation, EndConversationMutationVariables>;
export const GenerationDocument = new TypedDocumentString(`
    subscription Generation($messageId: ID!, $after: Int! = 0, $afterReasoning: Int! = 0) {
  generation(
    messageId: $messageId
    after: $after
    afterReasoning: $afterReasoning
  ) {
    __typename
    ... on GenerationDelta {
      messageId
      channel
      offset
      end
      text
    }
    ... on GenerationRewind {
      messageId
      channel
      end
    }
    ... on GenerationEnd {
      message {
        ...MessageFields
      }
    }
  }
}
    fragment MessageFields on Message {
  id
  role
  content
  reasoning
  status
  error
  finishReason
  createdAt
  parent {
    id
  }
  model {
    id
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
}`) as unknown as TypedDocumentString<GenerationSubscription, GenerationSubscriptionVariables>;
export const FollowEventsDocument = new TypedDocumentString(`
    subscription FollowEvents($topic: String! = "default", $offset: Offset, $after: String, $types: [EventType!], $conversationId: ID) {
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
  id
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
export const PreferReplyDocument = new TypedDocumentString(`
    mutation PreferReply($input: PreferReplyInput!) {
  preferReply(input: $input) {
    message {
      id
    }
    feedback {
      ...FeedbackFields
      preferredOver
      tiedWith
    }
  }
}
    fragment FeedbackFields on Feedback {
  username
  source
  rating
  score
  comment
  tags
  correction
}`) as unknown as TypedDocumentString<PreferReplyMutation, PreferReplyMutationVariables>;
export const RateConversationDocument = new TypedDocumentString(`
    mutation RateConversation($input: RateConversationInput!) {
  rateConversation(input: $input) {
    conversation {
      id
    }
    feedback {
      ...ConversationFeedbackFields
    }
  }
}
    fragment ConversationFeedbackFields on ConversationFeedback {
  username
  source
  rating
  score
  comment
  tags
}`) as unknown as TypedDocumentString<RateConversationMutation, RateConversationMutationVariables>;
export const RecordSignalDocument = new TypedDocumentString(`
    mutation RecordSignal($input: RecordSignalInput!) {
  recordSignal(input: $input) {
    message {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RecordSignalMutation, RecordSignalMutationVariables>;
export const ConfigureTopicDocument = new TypedDocumentString(`
    mutation ConfigureTopic($input: ConfigureTopicInput!) {
  configureTopic(input: $input) {
    topic {
      name
      suggestedTags {
        key
        label
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ConfigureTopicMutation, ConfigureTopicMutationVariables>;
export const SuggestedTagsDocument = new TypedDocumentString(`
    query SuggestedTags($topic: String! = "default") {
  suggestedTags(topic: $topic) {
    key
    label
  }
}
    `) as unknown as TypedDocumentString<SuggestedTagsQuery, SuggestedTagsQueryVariables>;
export const RatingStatsDocument = new TypedDocumentString(`
    query RatingStats($topic: String! = "default", $models: [ID!], $from: DateTime, $to: DateTime, $source: FeedbackSource! = END_USER, $by: [StatsDimension!]! = [], $timeZone: String! = "UTC", $zeroFill: Boolean! = false) {
  ratingStats(
    topic: $topic
    models: $models
    from: $from
    to: $to
    source: $source
    by: $by
    timeZone: $timeZone
    zeroFill: $zeroFill
  ) {
    ...RatingStatsFields
  }
}
    fragment RatingStatsFields on RatingStatsResult {
  offset
  from
  to
  rows {
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
}`) as unknown as TypedDocumentString<RatingStatsQuery, RatingStatsQueryVariables>;
export const RatingStatsLiveDocument = new TypedDocumentString(`
    subscription RatingStatsLive($topic: String! = "default", $models: [ID!], $from: DateTime, $to: DateTime, $source: FeedbackSource! = END_USER, $by: [StatsDimension!]! = [], $timeZone: String! = "UTC", $zeroFill: Boolean! = false, $minIntervalMs: Int! = 250) {
  ratingStats(
    topic: $topic
    models: $models
    from: $from
    to: $to
    source: $source
    by: $by
    timeZone: $timeZone
    zeroFill: $zeroFill
    minIntervalMs: $minIntervalMs
  ) {
    ...RatingStatsFields
  }
}
    fragment RatingStatsFields on RatingStatsResult {
  offset
  from
  to
  rows {
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
}`) as unknown as TypedDocumentString<RatingStatsLiveSubscription, RatingStatsLiveSubscriptionVariables>;
export const FeedbackDocument = new TypedDocumentString(`
    query Feedback($topic: String, $rating: Rating, $hasComment: Boolean, $tag: String, $model: ID, $source: FeedbackSource, $from: DateTime, $to: DateTime, $search: String, $first: Int! = 20, $after: String) {
  feedback(
    topic: $topic
    rating: $rating
    hasComment: $hasComment
    tag: $tag
    model: $model
    source: $source
    from: $from
    to: $to
    search: $search
    first: $first
    after: $after
  ) {
    nodes {
      ...FeedbackFields
      createdAt
      message {
        ...MessageFields
        conversation {
          id
          topic
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment FeedbackFields on Feedback {
  username
  source
  rating
  score
  comment
  tags
  correction
}
fragment MessageFields on Message {
  id
  role
  content
  reasoning
  status
  error
  finishReason
  createdAt
  parent {
    id
  }
  model {
    id
  }
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    firstTokenMs
    totalMs
  }
}`) as unknown as TypedDocumentString<FeedbackQuery, FeedbackQueryVariables>;
export const ModelRankingDocument = new TypedDocumentString(`
    query ModelRanking($topic: String! = "default", $from: DateTime, $to: DateTime, $source: FeedbackSource! = END_USER, $tags: [String!], $fromRatings: Boolean! = false) {
  modelRanking(
    topic: $topic
    from: $from
    to: $to
    source: $source
    tags: $tags
    fromRatings: $fromRatings
  ) {
    model {
      id
    }
    rank
    set
    setSize
    strength
    strengthLow
    strengthHigh
    isAdjusted
    wins
    losses
    ties
    pairs {
      opponent {
        id
      }
      wins
      losses
      ties
      winRate
      winRateLow
      winRateHigh
    }
  }
}
    `) as unknown as TypedDocumentString<ModelRankingQuery, ModelRankingQueryVariables>;
export const CompareModelsDocument = new TypedDocumentString(`
    query CompareModels($a: ComparedInput!, $b: ComparedInput!, $topic: String! = "default", $source: FeedbackSource! = END_USER) {
  compareModels(a: $a, b: $b, topic: $topic, source: $source) {
    summary
    difference
    differenceLow
    differenceHigh
    excludesZero
    moreRatings
    offset
    a {
      likes
      dislikes
      likeRate
    }
    b {
      likes
      dislikes
      likeRate
    }
  }
}
    `) as unknown as TypedDocumentString<CompareModelsQuery, CompareModelsQueryVariables>;
// The GraphQL types of past states of a conversation, and the query `conversationAt`. Other domains add their fields.
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { maxPageSize } from '../graphql/page.ts';
import {
  type ConversationSnapshot as ConversationShape,
  type MessageSnapshot as MessageShape,
  threadOf,
} from '../log/fold/snapshot.ts';
import { conversationFields, MessageStatusEnum, messageFields } from './graphql.ts';
import { readConversationAt } from './read-snapshot.ts';

export const MessageSnapshot = builder.objectRef<MessageShape>('MessageSnapshot').implement({
  description: 'Message at some point in the history of its conversation.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ULID of the message.' }),
    parentId: t.exposeID('parentId', {
      nullable: true,
      description: 'ULID of the message that it answers or follows. Null if it is a root.',
    }),
    role: t.expose('role', messageFields.role),
    content: t.exposeString('content', {
      description: 'Text. Empty if it was a reply that was STREAMING at that point.',
    }),
    status: t.expose('status', { type: MessageStatusEnum, description: 'Status at that point.' }),
    error: t.exposeString('error', messageFields.error),
    model: t.field({
      ...messageFields.model,
      resolve: ({ modelId }) => (modelId === null ? null : { id: modelId, metadata: null }),
    }),
    metadata: t.expose('metadata', messageFields.metadata),
    createdAt: t.expose('createdAt', messageFields.createdAt),
  }),
});

/** The lists have no pages, so each is counted as a full page of a connection. */
const listCost = { field: 1, multiplier: maxPageSize };

export const ConversationSnapshot = builder.objectRef<ConversationShape>('ConversationSnapshot').implement({
  description: 'Conversation after one of its events, computed from the log.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ULID of the conversation.' }),
    topic: t.exposeString('topic', conversationFields.topic),
    model: t.expose('model', conversationFields.model),
    username: t.exposeString('username', conversationFields.username),
    title: t.exposeString('title', conversationFields.title),
    metadata: t.expose('metadata', conversationFields.metadata),
    offset: t.expose('offset', {
      type: 'Offset',
      description: 'Offset in its topic of the event after which it is shown.',
    }),
    version: t.exposeInt('version', {
      description: 'Version of that event: the number of events that the conversation had.',
    }),
    startedAt: t.expose('startedAt', conversationFields.startedAt),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Instant at which it was ended. Null if it had not ended at that point.',
    }),
    messages: t.expose('messages', {
      type: [MessageSnapshot],
      complexity: listCost,
      description: 'All messages that it had at that point, in the order in which they were added.',
    }),
    thread: t.field({
      type: [MessageSnapshot],
      complexity: listCost,
      description: 'Path from the root to a message, which is included.',
      args: {
        leaf: t.arg.id({
          description: 'Last message of the path. Defaults to the newest message at that point.',
        }),
      },
      resolve: (conversation, { leaf }) => {
        const thread = threadOf(conversation, leaf ?? undefined);
        if (thread !== undefined) return thread;
        throw new AppError(
          'NOT_FOUND',
          `There is no message ${JSON.stringify(leaf?.slice(0, 100))} in this conversation after its event ${conversation.version}.`,
        );
      },
    }),
  }),
});

/** It reads all events of a conversation: more than any other field. */
const readCost = 500;

builder.queryField('conversationAt', (t) =>
  t.field({
    type: ConversationSnapshot,
    nullable: true,
    complexity: readCost,
    description:
      'Conversation at a point in its history: after an offset or at a time. The current state if neither is given, or if it lies after the newest event. Null if it does not exist, had not started at that point, or the viewer may not see it.',
    args: {
      id: t.arg.id({ required: true, description: 'ULID of the conversation.' }),
      offset: t.arg({
        type: 'Offset',
        description:
          'State after the event at this offset of its topic, which may belong to another conversation. Not together with `time`.',
      }),
      time: t.arg({
        type: 'DateTime',
        description:
          'State after the newest of its events that was recorded at this instant or before. Not together with `offset`.',
      }),
    },
    resolve: (_root, args, { viewer, services }) => readConversationAt(services.pool, viewer, args),
  }),
);

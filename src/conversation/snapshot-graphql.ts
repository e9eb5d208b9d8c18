// Conversations as they stood, as types of the graph, and the query that finds one. Later domains add what is theirs.
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { maxPageSize } from '../graphql/page.ts';
import {
  type ConversationSnapshot as ConversationShape,
  type MessageSnapshot as MessageShape,
  threadOf,
} from '../log/fold/snapshot.ts';
import { MessageStatusEnum, Model, RoleEnum } from './graphql.ts';
import { readConversationAt } from './read-snapshot.ts';

export const MessageSnapshot = builder.objectRef<MessageShape>('MessageSnapshot').implement({
  description: 'A message as it stood at some moment of its conversation.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A ULID: that of the message.' }),
    parentId: t.exposeID('parentId', {
      nullable: true,
      description: 'The message that it answers or follows; null at a root.',
    }),
    role: t.expose('role', { type: RoleEnum, description: 'Who speaks.' }),
    content: t.exposeString('content', {
      description: 'The text; empty where the reply was STREAMING at that moment.',
    }),
    status: t.expose('status', { type: MessageStatusEnum, description: 'Where it stood.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why a FAILED reply failed, or null.' }),
    model: t.field({
      type: Model,
      nullable: true,
      description: 'The model that produced it; null where it is no reply, or none was named.',
      resolve: ({ modelId }) => (modelId === null ? null : { id: modelId, metadata: null }),
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      description: 'As given when it was added: an object; empty unless it was captured or imported.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was added, or, where it was captured, when it was said.',
    }),
  }),
});

/** Lists without pages: each may hold as much as the largest page, or more. */
const listCost = { field: 1, multiplier: maxPageSize };

export const ConversationSnapshot = builder.objectRef<ConversationShape>('ConversationSnapshot').implement({
  description: 'A conversation as it stood after one of its events, computed from the log.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A ULID: that of the conversation.' }),
    topic: t.exposeString('topic', { description: 'The log that holds its events.' }),
    model: t.expose('model', {
      type: Model,
      description: 'The model that answers in it where a message names no other.',
    }),
    username: t.exposeString('username', { description: 'Whose it is.' }),
    title: t.exposeString('title', { nullable: true, description: 'As given at the start, or null.' }),
    metadata: t.expose('metadata', { type: 'JSON', description: 'As given at the start: an object.' }),
    offset: t.expose('offset', {
      type: 'Offset',
      description: 'The offset in its topic of its newest event at that moment.',
    }),
    version: t.exposeInt('version', { description: 'How many events it had: the version of that event.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null where it had not.',
    }),
    messages: t.expose('messages', {
      type: [MessageSnapshot],
      complexity: listCost,
      description: 'All messages that it had, in the order in which they were added.',
    }),
    thread: t.field({
      type: [MessageSnapshot],
      complexity: listCost,
      description: 'The path from the root to a message, and the message itself.',
      args: {
        leaf: t.arg.id({
          description: 'The last message of the path; the newest at that moment where not given.',
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

/** All events of a conversation are read for it, which is more than any other field does. */
const readCost = 500;

builder.queryField('conversationAt', (t) =>
  t.field({
    type: ConversationSnapshot,
    nullable: true,
    complexity: readCost,
    description:
      'A conversation as it stood at some moment; as it is now where no moment is given, or one after its newest event. Null where there is none that the viewer may see, or it had not begun.',
    args: {
      id: t.arg.id({ required: true, description: 'Its ULID.' }),
      offset: t.arg({
        type: 'Offset',
        description: 'After the event at this offset of its topic, whichever conversation that belongs to.',
      }),
      time: t.arg({
        type: 'DateTime',
        description: 'After the newest of its events that was recorded then or before. Not with `offset`.',
      }),
    },
    resolve: (_root, args, { viewer, services }) => readConversationAt(services.pool, viewer, args),
  }),
);

// The GraphQL types of models, topics, conversations and messages.
import { builder } from '../graphql/builder.ts';
import { Node } from '../graphql/node.ts';
import { checkPage, maxPageSize, pageCost } from '../graphql/page.ts';
import { readThreadIds } from './thread.ts';

export const RoleEnum = builder.enumType('Role', {
  description: 'Role of the author of a message.',
  values: {
    SYSTEM: { value: 'system', description: 'Instructions to the model.' },
    USER: { value: 'user', description: 'A person: the message is a prompt.' },
    ASSISTANT: { value: 'assistant', description: 'A model: the message is a reply.' },
  } as const,
});

export const MessageStatusEnum = builder.enumType('MessageStatus', {
  description: 'Status of a message. STREAMING becomes one of the others, which are final.',
  values: {
    STREAMING: { value: 'streaming', description: 'The model is generating it.' },
    COMPLETE: { value: 'complete', description: 'Finished normally.' },
    STOPPED: {
      value: 'stopped',
      description:
        'Stopped on request, or because it became longer than MAX_REPLY_BYTES. It keeps the text generated so far.',
    },
    INTERRUPTED: {
      value: 'interrupted',
      description:
        'The server that generated it stopped or lost its connection. It keeps the text generated so far.',
    },
    FAILED: {
      value: 'failed',
      description: 'The model failed; `error` says why. It keeps the text generated so far.',
    },
  } as const,
});

export const Model = builder.objectRef<{ id: string; metadata: unknown }>('Model').implement({
  description: 'Language model.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the model at its provider. Not a ULID.' }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Metadata that was recorded when the conversation started. Null if none was.',
      resolve: (model) => model.metadata,
    }),
    isOnOffer: t.boolean({
      description: 'Whether this server offers it for new replies.',
      resolve: (model, _args, { services }) => services.models.includes(model.id),
    }),
    isDefault: t.boolean({
      description: 'Whether it is the default: the first model that this server offers.',
      resolve: (model, _args, { services }) => services.models[0] === model.id,
    }),
  }),
});

builder.prismaObject('Topic', {
  description:
    'Named log of events, such as one application or one experiment. Events are ordered within a topic.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of 1 to 100 letters, digits, `.`, `_` or `-`.' }),
    nextOffset: t.expose('nextOffset', {
      type: 'Offset',
      description: 'Offset of its next event, which is the number of events that it has.',
    }),
  }),
});

/** Options of the fields that Conversation and ConversationSnapshot share. */
export const conversationFields = {
  topic: { description: 'Name of the topic whose log holds its events.' },
  model: { type: Model, description: 'Model that answers prompts which name no other model.' },
  username: { description: "Owner's username." },
  title: { nullable: true, description: 'Title that was given at the start. Null if none was.' },
  metadata: { type: 'JSON', description: 'Object that was given at the start. Empty if none was.' },
  startedAt: { type: 'DateTime', description: 'Instant at which it was started.' },
} as const;

export const Conversation = builder.prismaObject('Conversation', {
  // Only selected columns are read: a field that needs other columns selects them.
  select: { id: true },
  description: 'Conversation with a model. Its messages form a tree: regenerated replies are siblings.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ULID of the conversation.' }),
    topic: t.exposeString('topic', conversationFields.topic),
    model: t.field({
      ...conversationFields.model,
      select: { modelId: true, modelMetadata: true },
      resolve: (row) => ({ id: row.modelId, metadata: row.modelMetadata }),
    }),
    username: t.exposeString('username', conversationFields.username),
    title: t.exposeString('title', conversationFields.title),
    metadata: t.expose('metadata', conversationFields.metadata),
    version: t.exposeInt('version', { description: 'Version: the number of its events.' }),
    startedAt: t.expose('startedAt', conversationFields.startedAt),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Instant at which it was ended. Null until then.',
    }),
    messages: t.relatedConnection('messages', {
      cursor: 'id',
      description:
        'All of its messages, in the order in which they were added. The page size is at most 100, and defaults to 100.',
      defaultSize: maxPageSize,
      maxSize: maxPageSize,
      complexity: (args) => pageCost(args, maxPageSize),
      query: (args) => {
        checkPage(args);
        return { orderBy: { position: 'asc' } } as const;
      },
    }),
    thread: t.prismaField({
      type: ['Message'],
      complexity: ({ last }) => ({ field: 1, multiplier: last }),
      description:
        'Path from the root to a message, which is included: the messages that a model is given, except for replies without text.',
      args: {
        leaf: t.arg.id({ description: 'Last message of the path. Defaults to the newest message.' }),
        last: t.arg.int({
          required: true,
          defaultValue: maxPageSize,
          description:
            'Maximum number of messages, counted from the end of the path: 0 to 1,000. Defaults to 100.',
        }),
      },
      resolve: async (query, conversation, args, { services }) => {
        checkPage({ last: args.last }, 1_000);
        const ids = await readThreadIds(services.pool, {
          conversationId: conversation.id,
          leaf: args.leaf ?? undefined,
          last: args.last,
        });
        return await services.prisma.message.findMany({
          ...query,
          where: { id: { in: ids } },
          orderBy: { position: 'asc' },
        });
      },
    }),
  }),
});

/** Options of the fields that Message and MessageSnapshot share. */
export const messageFields = {
  role: { type: RoleEnum, description: 'Role of the author.' },
  error: { nullable: true, description: 'Reason for which a FAILED reply failed. Null for all others.' },
  model: {
    type: Model,
    nullable: true,
    description: 'Model that produced it. Null if it is not a reply, or no model was named.',
  },
  metadata: {
    type: 'JSON',
    description: 'Object that was given when it was added. Empty if none was, and for generated replies.',
  },
  createdAt: {
    type: 'DateTime',
    description:
      'Instant at which it was added. If it was captured or imported, the instant at which it was written.',
  },
} as const;

export const Message = builder.prismaObject('Message', {
  select: { id: true },
  description: 'Message of a conversation.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ULID of the message.' }),
    conversation: t.relation('conversation', { description: 'Conversation that it belongs to.' }),
    parent: t.relation('parent', {
      nullable: true,
      description: 'Message that it answers or follows. Null if it is a root.',
    }),
    role: t.expose('role', messageFields.role),
    content: t.exposeString('content', {
      description: 'Text. Empty while a reply is STREAMING: follow it with the subscription `generation`.',
    }),
    status: t.expose('status', {
      type: MessageStatusEnum,
      description: 'Status. Always COMPLETE unless the message is a reply.',
    }),
    error: t.exposeString('error', messageFields.error),
    model: t.field({
      ...messageFields.model,
      select: { modelId: true },
      resolve: (row) => (row.modelId === null ? null : { id: row.modelId, metadata: null }),
    }),
    metadata: t.expose('metadata', messageFields.metadata),
    createdAt: t.expose('createdAt', messageFields.createdAt),
  }),
});

builder.prismaObjectField(Message, 'siblings', (t) =>
  t.field({
    type: [Message],
    complexity: ({ last }) => ({ field: 1, multiplier: last }),
    description: 'Messages with the same parent, itself included, in the order in which they were added.',
    args: {
      last: t.arg.int({
        required: true,
        defaultValue: maxPageSize,
        description: 'Maximum number of messages, the newest ones: 0 to 100. Defaults to 100.',
      }),
    },
    select: ({ last }, _context, nestedSelection) => {
      checkPage({ last });
      const newest = { orderBy: { position: 'asc' }, take: -last } as const;
      return {
        parentId: true,
        parent: { select: { children: nestedSelection(newest) } },
        conversation: { select: { messages: nestedSelection({ where: { parentId: null }, ...newest }) } },
      };
    },
    resolve: (message) => message.parent?.children ?? message.conversation.messages,
  }),
);

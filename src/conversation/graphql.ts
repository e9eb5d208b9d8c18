// Models, topics, conversations and messages, as types of the graph.
import { builder } from '../graphql/builder.ts';
import { Node } from '../graphql/node.ts';
import { checkPage, maxPageSize, pageCost } from '../graphql/page.ts';
import { readThreadIds } from './thread.ts';

export const RoleEnum = builder.enumType('Role', {
  description: 'Who speaks in a message.',
  values: {
    SYSTEM: { value: 'system', description: 'Instructions to the model.' },
    USER: { value: 'user', description: 'The person: a prompt.' },
    ASSISTANT: { value: 'assistant', description: 'The model: a reply.' },
  } as const,
});

export const MessageStatusEnum = builder.enumType('MessageStatus', {
  description: 'Where a message stands. It only moves from STREAMING to one of the others.',
  values: {
    STREAMING: { value: 'streaming', description: 'The model is producing it.' },
    COMPLETE: { value: 'complete', description: 'Whole.' },
    STOPPED: {
      value: 'stopped',
      description: 'Someone stopped it, or it grew too long; it keeps the text that it had.',
    },
    INTERRUPTED: {
      value: 'interrupted',
      description: 'The server that produced it went away; it keeps the text that it had.',
    },
    FAILED: {
      value: 'failed',
      description: 'The model failed, `error` says how; it keeps the text that it had.',
    },
  } as const,
});

export const Model = builder.objectRef<{ id: string; metadata: unknown }>('Model').implement({
  description: 'A language model.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id by which its provider knows it; no ULID.' }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What was recorded about it when the conversation began; null where nothing was.',
      resolve: (model) => model.metadata,
    }),
    isOnOffer: t.boolean({
      description: 'Whether this server can ask it for replies.',
      resolve: (model, _args, { services }) => services.models.includes(model.id),
    }),
    isDefault: t.boolean({
      description: 'Whether it is the first on offer.',
      resolve: (model, _args, { services }) => services.models[0] === model.id,
    }),
  }),
});

builder.prismaObject('Topic', {
  description: 'A named log: the unit of ordering, such as one application or one experiment.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '1 to 100 letters, digits, `.`, `_` or `-`.' }),
    nextOffset: t.expose('nextOffset', {
      type: 'Offset',
      description: 'The offset that its next event will have: how many it holds.',
    }),
  }),
});

export const Conversation = builder.prismaObject('Conversation', {
  // Only what is asked for is read; a field that needs more names it.
  select: { id: true },
  description: 'A conversation with a model. Its messages form a tree: regenerated replies are siblings.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A ULID.' }),
    topic: t.exposeString('topic', { description: 'The log that holds its events.' }),
    model: t.field({
      type: Model,
      description: 'The model that answers in it where a message names no other.',
      select: { modelId: true, modelMetadata: true },
      resolve: (row) => ({ id: row.modelId, metadata: row.modelMetadata }),
    }),
    username: t.exposeString('username', { description: 'Whose it is.' }),
    title: t.exposeString('title', { nullable: true, description: 'As given at the start, or null.' }),
    metadata: t.expose('metadata', { type: 'JSON', description: 'As given at the start: an object.' }),
    version: t.exposeInt('version', { description: 'How many events it has.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended, or null.',
    }),
    messages: t.relatedConnection('messages', {
      cursor: 'id',
      description: 'All of its messages, in the order in which they were added; 100 where no size is given.',
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
        'The path from the root to a message: what the model was given, but for replies without text, and the message itself.',
      args: {
        leaf: t.arg.id({ description: 'The last message of the path; the newest message where not given.' }),
        last: t.arg.int({
          required: true,
          defaultValue: maxPageSize,
          description: 'How many messages at the end of the path; at most 1,000.',
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

export const Message = builder.prismaObject('Message', {
  select: { id: true },
  description: 'What was said once in a conversation.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A ULID.' }),
    conversation: t.relation('conversation', { description: 'Where it was said.' }),
    parent: t.relation('parent', {
      nullable: true,
      description: 'What it answers or follows; null at a root.',
    }),
    role: t.expose('role', { type: RoleEnum, description: 'Who speaks.' }),
    content: t.exposeString('content', {
      description: 'The text; of a STREAMING reply empty: follow it with the subscription `generation`.',
    }),
    status: t.expose('status', { type: MessageStatusEnum, description: 'COMPLETE unless it is a reply.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why a FAILED reply failed, or null.' }),
    model: t.field({
      type: Model,
      nullable: true,
      description: 'The model that produced it; null where it is no reply, or none was named.',
      select: { modelId: true },
      resolve: (row) => (row.modelId === null ? null : { id: row.modelId, metadata: null }),
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

builder.prismaObjectField(Message, 'siblings', (t) =>
  t.field({
    type: [Message],
    complexity: ({ last }) => ({ field: 1, multiplier: last }),
    description: 'The messages with the same parent, itself included, in the order in which they were added.',
    args: {
      last: t.arg.int({
        required: true,
        defaultValue: maxPageSize,
        description: 'How many of them: the newest ones; at most 100.',
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

// The queries that find models, topics, conversations and messages, each only what the viewer may see.
import { resolveArrayConnection } from '@pothos/plugin-relay';
import type { Prisma } from '../generated/prisma/client.ts';
import { builder } from '../graphql/builder.ts';
import { checkPage, maxPageSize, pageCost } from '../graphql/page.ts';
import { mayReadAll } from '../identity/viewer.ts';
import { isUlid } from '../lib/ulid.ts';
import { visibleConversations, visibleMessages } from './access.ts';
import { escapeLikePattern } from './escape-like.ts';
import { Model } from './graphql.ts';
import { checkText } from './validate-text.ts';

builder.queryFields((t) => ({
  models: t.connection({
    type: Model,
    description:
      'Models that this server offers, the default first. The page size is at most 100, and defaults to 100.',
    complexity: (args) => pageCost(args, maxPageSize),
    resolve: (_root, args, { services }) => {
      checkPage(args);
      return resolveArrayConnection(
        { args: { first: maxPageSize, ...args } },
        services.models.map((id) => ({ id, metadata: null })),
      );
    },
  }),
  topics: t.prismaField({
    type: ['Topic'],
    description: 'Topics that have events, ordered by name. A USER gets those of their own conversations.',
    resolve: async (query, _root, _args, { viewer, services: { prisma } }) => {
      const ownConversations = mayReadAll(viewer)
        ? undefined
        : await prisma.conversation.findMany({
            where: { username: viewer.username },
            distinct: ['topic'],
            select: { topic: true },
          });
      return await prisma.topic.findMany({
        ...query,
        where: {
          nextOffset: { gt: 0 },
          ...(ownConversations && { name: { in: ownConversations.map(({ topic }) => topic) } }),
        },
        orderBy: { name: 'asc' },
      });
    },
  }),
  conversation: t.prismaField({
    type: 'Conversation',
    nullable: true,
    description: 'Conversation with this id. Null if it does not exist or the viewer may not see it.',
    args: { id: t.arg.id({ required: true, description: 'Its ULID.' }) },
    resolve: (query, _root, { id }, { viewer, services }) =>
      isUlid(id)
        ? services.prisma.conversation.findUnique({
            ...query,
            where: { id, ...visibleConversations(viewer) },
          })
        : null,
  }),
  conversations: t.prismaConnection({
    type: 'Conversation',
    cursor: 'id',
    description:
      'Conversations that the viewer may see, newest first. The page size is at most 100, and defaults to 20.',
    maxSize: maxPageSize,
    complexity: (args) => pageCost(args, 20),
    args: {
      topic: t.arg.string({ description: 'Only conversations of this topic.' }),
      username: t.arg.string({ description: 'Only conversations of this owner.' }),
      model: t.arg.id({ description: 'Only conversations that were started with this model.' }),
      search: t.arg.string({
        description:
          'Only conversations with this text in their title or in a message, in upper or lower case.',
      }),
    },
    resolve: (query, _root, args, { viewer, services }) => {
      checkPage(args);
      const { topic, username, model, search } = args;
      for (const [name, text] of Object.entries({ topic, username, model })) {
        checkText(name, text ?? '', { bytes: 1_000 });
      }
      const text = {
        contains: escapeLikePattern(checkText('search', search ?? '', { bytes: 1_000 })),
        mode: 'insensitive',
      } as const;
      const where: Prisma.ConversationWhereInput = {
        AND: [
          visibleConversations(viewer),
          topic == null ? {} : { topic },
          username == null ? {} : { username },
          model == null ? {} : { modelId: model },
          search == null ? {} : { OR: [{ title: text }, { messages: { some: { content: text } } }] },
        ],
      };
      return services.prisma.conversation.findMany({
        ...query,
        where,
        orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      });
    },
  }),
  message: t.prismaField({
    type: 'Message',
    nullable: true,
    description: 'Message with this id. Null if it does not exist or the viewer may not see it.',
    args: { id: t.arg.id({ required: true, description: 'Its ULID.' }) },
    resolve: (query, _root, { id }, { viewer, services }) =>
      isUlid(id)
        ? services.prisma.message.findUnique({ ...query, where: { id, ...visibleMessages(viewer) } })
        : null,
  }),
}));

// The query `node`: finds an object by its id alone.
import { visibleConversations, visibleMessages } from '../conversation/access.ts';
import { Conversation, Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { Node } from '../graphql/node.ts';
import { isUlid } from '../lib/ulid.ts';
import { redactorFor } from '../log/access.ts';

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description:
      'Conversation, message or event with the id. Null if it does not exist or the viewer may not see it.',
    args: { id: t.arg.id({ required: true, description: 'ULID of the object.' }) },
    resolve: async (_root, { id }, { viewer, services: { prisma } }) => {
      if (!isUlid(id)) return null;
      const visible = visibleConversations(viewer);
      const conversation = await prisma.conversation.findUnique({ where: { id, ...visible } });
      if (conversation !== null) return Conversation.addBrand(conversation);
      const message = await prisma.message.findUnique({ where: { id, ...visibleMessages(viewer) } });
      if (message !== null) return Message.addBrand(message);
      const event = await prisma.event.findUnique({ where: { id } });
      if (event === null) return null;
      const where = { id: event.conversationId, ...visible };
      const isVisible = (await prisma.conversation.findUnique({ where, select: { id: true } })) !== null;
      return isVisible ? redactorFor(viewer)({ ...event, offset: Number(event.offset) }) : null;
    },
  }),
);

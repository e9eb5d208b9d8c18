// The queries `feedback` and `suggestedTags`.
import { queryFromInfo } from '@pothos/plugin-prisma';
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { checkPage, pageCost } from '../graphql/page.ts';
import { checkTopic } from '../log/topic-name.ts';
import { feedbackWhere, formatFeedbackCursor, newestFirst, parseFeedbackCursor } from './feedback-filter.ts';
import { FeedbackSourceEnum, RatingEnum } from './fields-graphql.ts';
import { Feedback, SuggestedTag } from './graphql.ts';
import { readSuggestedTags } from './topic-settings.ts';

const FeedbackEdge = builder.edgeObject({ type: Feedback, name: 'FeedbackEdge' });
const FeedbackConnection = builder.connectionObject(
  { type: Feedback, name: 'FeedbackConnection' },
  FeedbackEdge,
);

const defaultPageSize = 20;

builder.queryFields((t) => ({
  feedback: t.field({
    type: FeedbackConnection,
    description:
      'Feedback that the viewer may see, the newest `createdAt` first. A USER sees only their own, ANALYST, SERVICE and ADMIN see all.',
    complexity: (args) => pageCost(args, defaultPageSize),
    args: {
      topic: t.arg.string({ description: 'Only on replies in this topic.' }),
      rating: t.arg({ type: RatingEnum, description: 'Only with this rating.' }),
      hasComment: t.arg.boolean({ description: 'true: only with a comment; false: only without one.' }),
      tag: t.arg.string({ description: 'Only with this tag.' }),
      model: t.arg.id({ description: 'Only on replies of the model with this id.' }),
      source: t.arg({ type: FeedbackSourceEnum, description: 'Only from this source.' }),
      from: t.arg({ type: 'DateTime', description: 'Only on replies created at this instant or later.' }),
      to: t.arg({ type: 'DateTime', description: 'Only on replies created before this instant.' }),
      search: t.arg.string({
        description: 'Only with this text in the comment, the correction or the reply, ignoring case.',
      }),
      first: t.arg.int({
        required: true,
        defaultValue: defaultPageSize,
        description: 'Maximum number of entries: 0 to 100.',
      }),
      after: t.arg.string({ description: 'Cursor of an entry: the page begins after it.' }),
    },
    resolve: async (_root, { first, after, ...filter }, context, info) => {
      checkPage({ first });
      if (filter.topic != null) checkTopic(filter.topic);
      const { from, to } = filter;
      if (from != null && to != null && from >= to) {
        throw new AppError(
          'INVALID_INPUT',
          `from ${from.toISOString()} is not before to ${to.toISOString()}: swap them.`,
        );
      }
      const { select } = queryFromInfo({
        context,
        info,
        paths: [['nodes'], ['edges', 'node']],
        typeName: 'Feedback',
      });
      const found = await context.services.prisma.feedback.findMany({
        ...(select && { select }),
        where: feedbackWhere(context.viewer, filter, after == null ? undefined : parseFeedbackCursor(after)),
        orderBy: [...newestFirst],
        take: first + 1,
      });
      const edges = found.slice(0, first).map((node) => ({ node, cursor: formatFeedbackCursor(node) }));
      return {
        edges,
        pageInfo: {
          hasNextPage: found.length > first,
          hasPreviousPage: after != null,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
  }),
  suggestedTags: t.field({
    type: [SuggestedTag],
    description: 'Tags that clients should offer in a topic, in this order. For everyone.',
    args: {
      topic: t.arg.string({ required: true, defaultValue: 'default', description: 'Name of the topic.' }),
    },
    resolve: (_root, { topic }, { services }) => readSuggestedTags(services, topic),
  }),
}));

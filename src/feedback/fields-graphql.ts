// The fields of feedback in the graph: the one list that all types and inputs use. A field of log/feedback-fields.ts
// that is missing here is a type error.
import { builder } from '../graphql/builder.ts';
import type { ConversationFeedbackValues, FeedbackValues } from '../log/feedback-fields.ts';

export const RatingEnum = builder.enumType('Rating', {
  description: 'Like or dislike.',
  values: {
    LIKE: { value: 'like', description: 'Good.' },
    DISLIKE: { value: 'dislike', description: 'Bad.' },
  } as const,
});

export const FeedbackSourceEnum = builder.enumType('FeedbackSource', {
  description: 'Role of the author of feedback. No number mixes sources.',
  values: {
    END_USER: { value: 'end_user', description: 'A person who used the application.' },
    REVIEWER: { value: 'reviewer', description: 'A person who reviews replies.' },
    JUDGE: { value: 'judge', description: 'A model that judges replies.' },
  } as const,
});

type Described = { description: string };
type Nullable = Described & { nullable: true };

/** What the builders of plain objects and of Prisma objects have in common, as far as these fields need it. */
interface ConversationFieldBuilder<Ref> {
  exposeString(name: 'username', options: Described): Ref;
  exposeString(name: 'comment', options: Nullable): Ref;
  exposeStringList(name: 'tags', options: Described): Ref;
  exposeFloat(name: 'score', options: Nullable): Ref;
  expose(name: 'source', options: Described & { type: typeof FeedbackSourceEnum }): Ref;
  expose(name: 'rating', options: Nullable & { type: typeof RatingEnum }): Ref;
  expose(name: 'createdAt' | 'updatedAt', options: Described & { type: 'DateTime' }): Ref;
}

interface FieldBuilder<Ref> extends ConversationFieldBuilder<Ref> {
  exposeString(name: 'username', options: Described): Ref;
  exposeString(name: 'comment' | 'correction', options: Nullable): Ref;
  exposeIDList(name: 'preferredOver' | 'tiedWith', options: Described): Ref;
}

/** The fields of feedback on a conversation. */
export function conversationFeedbackFields<Ref>(t: ConversationFieldBuilder<Ref>) {
  const values = {
    rating: t.expose('rating', { type: RatingEnum, nullable: true, description: 'Rating, or null.' }),
    score: t.exposeFloat('score', {
      nullable: true,
      description: 'Score from 0 (worst) to 1 (best), or null.',
    }),
    comment: t.exposeString('comment', { nullable: true, description: 'Comment, or null.' }),
    tags: t.exposeStringList('tags', { description: 'Keys of tags; empty if none.' }),
  } satisfies Record<keyof ConversationFeedbackValues, Ref>;
  return {
    username: t.exposeString('username', { description: 'Username of the author.' }),
    source: t.expose('source', { type: FeedbackSourceEnum, description: 'Role of the author.' }),
    ...values,
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'Instant at which the author first gave this feedback.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Instant of the last change.' }),
  };
}

/** The fields of feedback on a reply. */
export function feedbackFields<Ref>(t: FieldBuilder<Ref>) {
  const values = {
    correction: t.exposeString('correction', {
      nullable: true,
      description: 'What the reply should have been, or null.',
    }),
    preferredOver: t.exposeIDList('preferredOver', {
      description:
        'Ids of siblings that the author chose this reply over. In each role an author has one choice among the replies to one message: the newest.',
    }),
    tiedWith: t.exposeIDList('tiedWith', {
      description: 'Ids of siblings that the author considers equally good.',
    }),
  } satisfies Record<Exclude<keyof FeedbackValues, keyof ConversationFeedbackValues>, Ref>;
  return { ...conversationFeedbackFields(t), ...values };
}

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;
type InputBuilder = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

type RatingField = 'rating' | 'score';
/** Given by preferReply, with inputs of its own. */
type ChoiceField = 'preferredOver' | 'tiedWith';

export function authorInputs(t: InputBuilder) {
  return {
    username: t.string({
      description: 'Username of the author. Defaults to the viewer; only SERVICE and ADMIN may name others.',
    }),
    source: t.field({
      type: FeedbackSourceEnum,
      description: 'Role of the author. Defaults to END_USER; the other roles are for SERVICE and ADMIN.',
    }),
  };
}

export function ratingInputs(t: InputBuilder) {
  return {
    rating: t.field({ type: RatingEnum, description: 'Like or dislike.' }),
    score: t.float({ description: 'Score from 0 (worst) to 1 (best).' }),
  } satisfies Record<RatingField, unknown>;
}

/** The comment and tags on a reply or a conversation. */
export function commentInputs(t: InputBuilder) {
  return {
    comment: t.string({ description: 'Comment, not empty.' }),
    tags: t.stringList({ description: 'Keys of tags: at most 20, each of at most 100 bytes.' }),
  } satisfies Record<Exclude<keyof ConversationFeedbackValues, RatingField>, unknown>;
}

export function correctionInputs(t: InputBuilder) {
  return {
    correction: t.string({ description: 'What the reply should have been, not empty.' }),
  } satisfies Record<Exclude<keyof FeedbackValues, keyof ConversationFeedbackValues | ChoiceField>, unknown>;
}

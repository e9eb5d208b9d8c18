// The one definition of feedback in TypeScript: which fields of a payload hold it, what a change makes of them, and
// what is kept. prisma/functions/feedback says the same in SQL; property tests hold the two equal.
import { z } from 'zod';

export const ratingSchema = z.enum(['like', 'dislike']);
export const feedbackSourceSchema = z.enum(['end_user', 'reviewer', 'judge']);
export type Rating = z.output<typeof ratingSchema>;
export type FeedbackSource = z.output<typeof feedbackSourceSchema>;

/** 0 (worst) to 1 (best). */
const score = z.number().min(0).max(1);

/** A field in a payload: absent or "" leaves it unchanged (the reference writes "" for unset), null withdraws it. */
const change = <T extends z.ZodType>(schema: T) => schema.or(z.literal('')).nullable().optional();

/** Feedback on a whole conversation, as payloads change it. */
export const conversationFeedbackFieldsSchema = z.object({
  rating: change(ratingSchema),
  score: change(score),
  feedback: change(z.string()),
  tags: change(z.array(z.string())),
});

/** Feedback on a reply, as payloads change it. */
export const feedbackFieldsSchema = conversationFeedbackFieldsSchema.extend({
  correction: change(z.string()),
  /** Ids of siblings that this reply was chosen over. An author has one choice among siblings: the newest. */
  preferred_over: change(z.array(z.string())),
  /** Ids of siblings that are equally good. */
  tied_with: change(z.array(z.string())),
});

export type ConversationFeedbackFields = z.output<typeof conversationFeedbackFieldsSchema>;
export type FeedbackFields = z.output<typeof feedbackFieldsSchema>;

/** Feedback on a whole conversation, as it is kept: null, or an empty list, if it was not given or was withdrawn. */
export const conversationFeedbackSchema = z.object({
  rating: ratingSchema.nullable(),
  score: score.nullable(),
  comment: z.string().nullable(),
  /** Keys of reasons. */
  tags: z.array(z.string()).readonly(),
});

/** Feedback on a reply, as it is kept. */
export const feedbackSchema = conversationFeedbackSchema.extend({
  correction: z.string().nullable(),
  /** Ids of the siblings that it was chosen over: of all siblings only one carries an author's choice. */
  preferredOver: z.array(z.string()).readonly(),
  /** Ids of the siblings that are equally good. */
  tiedWith: z.array(z.string()).readonly(),
});

export type ConversationFeedbackValues = Readonly<z.output<typeof conversationFeedbackSchema>>;
export type FeedbackValues = Readonly<z.output<typeof feedbackSchema>>;

/** Feedback that was never given, or of which nothing is left. */
export const emptyFeedback: FeedbackValues = {
  rating: null,
  score: null,
  comment: null,
  tags: [],
  correction: null,
  preferredOver: [],
  tiedWith: [],
};

function merge<T>(given: T | '' | null | undefined, before: T | null): T | null {
  return given === undefined || given === '' ? before : given;
}

/** @returns the feedback after a change */
export function mergeConversationFeedback(
  before: ConversationFeedbackValues,
  given: ConversationFeedbackFields,
): ConversationFeedbackValues {
  return {
    rating: merge(given.rating, before.rating),
    score: merge(given.score, before.score),
    comment: merge(given.feedback, before.comment),
    tags: merge(given.tags, before.tags) ?? [],
  };
}

/** @returns the feedback after a change */
export function mergeFeedback(before: FeedbackValues, given: FeedbackFields): FeedbackValues {
  return {
    ...mergeConversationFeedback(before, given),
    correction: merge(given.correction, before.correction),
    preferredOver: merge(given.preferred_over, before.preferredOver) ?? [],
    tiedWith: merge(given.tied_with, before.tiedWith) ?? [],
  };
}

/** The change that makes feedback of nothing: mergeFeedback of it and emptyFeedback is the feedback again. */
export function toConversationFeedbackFields(values: ConversationFeedbackValues) {
  return {
    rating: values.rating,
    score: values.score,
    feedback: values.comment,
    tags: [...values.tags],
  } satisfies ConversationFeedbackFields;
}

/** The change that makes feedback of nothing: mergeFeedback of it and emptyFeedback is the feedback again. */
export function toFeedbackFields(values: FeedbackValues) {
  return {
    ...toConversationFeedbackFields(values),
    correction: values.correction,
    preferred_over: [...values.preferredOver],
    tied_with: [...values.tiedWith],
  } satisfies FeedbackFields;
}

const valueNames = feedbackSchema.keyof().options;
const fieldNames = feedbackFieldsSchema.keyof().options;

/** Whether nothing is left, so that the record goes. */
export function isEmptyFeedback(values: ConversationFeedbackValues & Partial<FeedbackValues>): boolean {
  return valueNames.every((name) => {
    const value = values[name] ?? [];
    return typeof value === 'object' && value.length === 0;
  });
}

/** Whether a payload holds feedback. "" counts: it changes no field, but its author has given feedback at that time. */
export function hasFeedback(payload: FeedbackFields): boolean {
  return fieldNames.some((name) => payload[name] !== undefined);
}

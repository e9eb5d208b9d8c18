// The one definition of feedback in TypeScript: the fields in payloads, the fields as they are stored, and how a
// change is merged. prisma/functions/feedback is the same definition in SQL; property tests compare the two.
import { z } from 'zod';

export const ratingSchema = z.enum(['like', 'dislike']);
export const feedbackSourceSchema = z.enum(['end_user', 'reviewer', 'judge']);
export type Rating = z.output<typeof ratingSchema>;
export type FeedbackSource = z.output<typeof feedbackSourceSchema>;

/** 0 (worst) to 1 (best). */
const score = z.number().min(0).max(1);

/** A field in a payload: absent or "" means unchanged (the reference writes "" for an unset field), null withdraws it. */
const changeOf = <T extends z.ZodType>(schema: T) => schema.or(z.literal('')).nullable().optional();

/** Feedback on a whole conversation, as payloads change it. */
export const conversationFeedbackFieldsSchema = z.object({
  rating: changeOf(ratingSchema),
  score: changeOf(score),
  feedback: changeOf(z.string()),
  tags: changeOf(z.array(z.string())),
});

/** Feedback on a reply, as payloads change it. */
export const feedbackFieldsSchema = conversationFeedbackFieldsSchema.extend({
  correction: changeOf(z.string()),
  /** Ids of siblings that this reply was chosen over. An author has one choice among siblings: the newest. */
  preferred_over: changeOf(z.array(z.string())),
  /** Ids of siblings that are equally good. */
  tied_with: changeOf(z.array(z.string())),
});

export type ConversationFeedbackFields = z.output<typeof conversationFeedbackFieldsSchema>;
export type FeedbackFields = z.output<typeof feedbackFieldsSchema>;

/** Feedback on a whole conversation, as it is stored: null or an empty list if never given or withdrawn. */
export const conversationFeedbackSchema = z.object({
  rating: ratingSchema.nullable(),
  score: score.nullable(),
  comment: z.string().nullable(),
  /** Keys of tags. */
  tags: z.array(z.string()).readonly(),
});

/** Feedback on a reply, as it is stored. */
export const feedbackSchema = conversationFeedbackSchema.extend({
  correction: z.string().nullable(),
  /** Ids of the siblings that it was chosen over. An author has one choice among siblings. */
  preferredOver: z.array(z.string()).readonly(),
  /** Ids of the siblings that are equally good. */
  tiedWith: z.array(z.string()).readonly(),
});

export type ConversationFeedbackValues = Readonly<z.output<typeof conversationFeedbackSchema>>;
export type FeedbackValues = Readonly<z.output<typeof feedbackSchema>>;

/** Feedback that was never given, or was withdrawn completely. */
export const emptyFeedback: FeedbackValues = {
  rating: null,
  score: null,
  comment: null,
  tags: [],
  correction: null,
  preferredOver: [],
  tiedWith: [],
};

function merge<T>(change: T | '' | null | undefined, before: T | null): T | null {
  return change === undefined || change === '' ? before : change;
}

/** @returns the feedback after a change */
export function mergeConversationFeedback(
  before: ConversationFeedbackValues,
  change: ConversationFeedbackFields,
): ConversationFeedbackValues {
  return {
    rating: merge(change.rating, before.rating),
    score: merge(change.score, before.score),
    comment: merge(change.feedback, before.comment),
    tags: merge(change.tags, before.tags) ?? [],
  };
}

/** @returns the feedback after a change */
export function mergeFeedback(before: FeedbackValues, change: FeedbackFields): FeedbackValues {
  return {
    ...mergeConversationFeedback(before, change),
    correction: merge(change.correction, before.correction),
    preferredOver: merge(change.preferred_over, before.preferredOver) ?? [],
    tiedWith: merge(change.tied_with, before.tiedWith) ?? [],
  };
}

/** The inverse of merging into empty feedback: a change that turns emptyFeedback into the given values. */
export function toConversationFeedbackFields(values: ConversationFeedbackValues) {
  return {
    rating: values.rating,
    score: values.score,
    feedback: values.comment,
    tags: [...values.tags],
  } satisfies ConversationFeedbackFields;
}

/** The inverse of merging into empty feedback: a change that turns emptyFeedback into the given values. */
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

/** Whether no field is set, so that the record is deleted. */
export function isEmptyFeedback(values: ConversationFeedbackValues & Partial<FeedbackValues>): boolean {
  return valueNames.every((name) => {
    const value = values[name] ?? [];
    return typeof value === 'object' && value.length === 0;
  });
}

/** Whether a payload has feedback. "" counts: it changes no field, but updates the time of the author's feedback. */
export function hasFeedback(payload: FeedbackFields): boolean {
  return fieldNames.some((name) => payload[name] !== undefined);
}

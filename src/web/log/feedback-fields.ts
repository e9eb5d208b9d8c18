// Every field of feedback: its key in the payload of an event, and how the log page shows it. A field of the snapshots that
// is missing here fails the type check.
import type { FeedbackSnapshot } from '../../log/fold/fold.ts';

type FeedbackField = Exclude<keyof FeedbackSnapshot, 'username' | 'source' | 'createdAt' | 'updatedAt'>;

type FieldDisplay = {
  payloadKey: string;
  /** Name of the field in the summary of an event. */
  label: string;
  /** The field as a person reads it; null if it is not set. */
  describe(feedback: FeedbackSnapshot): string | null;
};

const otherReplies = (ids: readonly string[]): string =>
  ids.length === 1 ? 'another reply' : `${ids.length} other replies`;

const displays: Readonly<Record<FeedbackField, FieldDisplay>> = {
  rating: { payloadKey: 'rating', label: 'rating', describe: ({ rating }) => rating },
  score: {
    payloadKey: 'score',
    label: 'score',
    describe: ({ score }) => (score === null ? null : `score ${score}`),
  },
  tags: {
    payloadKey: 'tags',
    label: 'tags',
    describe: ({ tags }) => (tags.length === 0 ? null : tags.join(', ')),
  },
  comment: {
    payloadKey: 'feedback',
    label: 'comment',
    describe: ({ comment }) => (comment === null ? null : `“${comment}”`),
  },
  correction: {
    payloadKey: 'correction',
    label: 'correction',
    describe: ({ correction }) => (correction === null ? null : `should be: “${correction}”`),
  },
  preferredOver: {
    payloadKey: 'preferred_over',
    label: 'preferred over',
    describe: ({ preferredOver }) =>
      preferredOver.length === 0 ? null : `preferred over ${otherReplies(preferredOver)}`,
  },
  tiedWith: {
    payloadKey: 'tied_with',
    label: 'equally good as',
    describe: ({ tiedWith }) => (tiedWith.length === 0 ? null : `equally good as ${otherReplies(tiedWith)}`),
  },
};

export const feedbackFields: readonly FieldDisplay[] = Object.values(displays);

/** What the author recorded, in one line. */
export function describeFeedback(feedback: FeedbackSnapshot): string {
  return feedbackFields
    .map(({ describe }) => describe(feedback))
    .filter((text) => text !== null)
    .join(' · ');
}

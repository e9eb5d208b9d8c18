// What authors say of a reply, as one answer: who likes it, who does not, and what becomes of a contradiction.
// One author in one capacity has one voice.
import type { FeedbackSnapshot, MessageSnapshot } from '../../log/fold/fold.ts';
import type { ExportCounts } from './export-counts.ts';
import type { ConflictRule, Recipe } from './recipe.ts';
import type { FeedbackAuthor } from './record.ts';

export type Vote = { author: FeedbackAuthor; isLike: boolean; from: 'rating' | 'score' };

export function keyOf({ username, source }: FeedbackAuthor): string {
  return `${source} ${username}`;
}

/** The feedback on a reply that counts, by its source and its tags. */
export function countedFeedback(message: MessageSnapshot, recipe: Recipe): readonly FeedbackSnapshot[] {
  const sources = recipe.source ?? ['end_user'];
  const { tags } = recipe;
  return message.feedback.filter(
    (given) =>
      sources.includes(given.source) && (tags === undefined || given.tags.some((tag) => tags.includes(tag))),
  );
}

function likeOf({ rating, score }: FeedbackSnapshot, threshold: number | undefined): boolean | undefined {
  if (rating !== null) return rating === 'like';
  return threshold === undefined || score === null ? undefined : score >= threshold;
}

/** Everyone who likes or dislikes a reply. */
export function votesOn(message: MessageSnapshot, recipe: Recipe): Vote[] {
  return countedFeedback(message, recipe).flatMap((given) => {
    const isLike = likeOf(given, recipe['score-threshold']);
    const author = { username: given.username, source: given.source };
    if (isLike === undefined) return [];
    return [{ author, isLike, from: given.rating === null ? ('score' as const) : ('rating' as const) }];
  });
}

/**
 * The answers that hold where some say yes and some say no; a contradiction is counted.
 * - majority: what more authors say; nothing where as many say either.
 * - drop: nothing.
 * - keep-all: both.
 */
export function resolveConflict(
  votes: { yes: number; no: number },
  rule: ConflictRule,
  tally: ExportCounts,
): boolean[] {
  const { yes, no } = votes;
  if (yes === 0 && no === 0) return [];
  if (yes === 0 || no === 0) return [yes > 0];
  const { conflicts } = tally;
  conflicts.found += 1;
  if (rule === 'keep-all') {
    conflicts.keptAll += 1;
    return [true, false];
  }
  if (rule === 'drop' || yes === no) {
    conflicts.dropped += 1;
    return [];
  }
  conflicts.decided += 1;
  return [yes > no];
}

/**
 * Whether a reply is liked: undefined where nobody says so, or where a contradiction was dropped.
 * @param given.rejectedBy who chose a sibling over it: that counts more than what they rated it
 */
export function isLiked(
  message: MessageSnapshot,
  { recipe, rejectedBy }: { recipe: Recipe; rejectedBy: readonly FeedbackAuthor[] },
  tally: ExportCounts,
): boolean | undefined {
  const votes = new Map(votesOn(message, recipe).map(({ author, isLike }) => [keyOf(author), isLike]));
  for (const author of rejectedBy) votes.set(keyOf(author), false);
  const yes = [...votes.values()].filter((isLike) => isLike).length;
  const answers = resolveConflict({ yes, no: votes.size - yes }, recipe.conflict, tally);
  return answers.length === 1 ? answers[0] : undefined;
}

export type Correction = { text: string; authors: FeedbackAuthor[] };

/** What a reply should have been, by different texts: what most authors say first, then what was said last. */
export function correctionsOf(message: MessageSnapshot, recipe: Recipe): Correction[] {
  const byText = new Map<string, FeedbackSnapshot[]>();
  for (const given of countedFeedback(message, recipe)) {
    if (given.correction === null || given.correction.trim() === '') continue;
    byText.set(given.correction, [...(byText.get(given.correction) ?? []), given]);
  }
  const newest = (all: FeedbackSnapshot[]) => Math.max(...all.map(({ updatedAt }) => updatedAt.getTime()));
  return [...byText]
    .sort(([, a], [, b]) => b.length - a.length || newest(b) - newest(a))
    .map(([text, all]) => ({ text, authors: all.map(({ username, source }) => ({ username, source })) }));
}

// Turns the feedback on a reply into votes, one per author and source, and resolves conflicts between them.
import type { FeedbackSnapshot, MessageSnapshot } from '../../log/fold/fold.ts';
import type { ExportCounts } from './export-counts.ts';
import type { ConflictRule, Recipe } from './recipe.ts';
import type { FeedbackAuthor } from './record.ts';

export type Vote = { author: FeedbackAuthor; isLike: boolean; from: 'rating' | 'score' };

/** A key for maps; a username has a vote of its own for each of its sources. */
export function keyOf({ username, source }: FeedbackAuthor): string {
  return `${source} ${username}`;
}

/** The feedback on a reply that counts, by its source and its tags. */
export function countedFeedback(message: MessageSnapshot, recipe: Recipe): readonly FeedbackSnapshot[] {
  const sources = recipe.source ?? ['end_user'];
  const { tags } = recipe;
  return message.feedback.filter(
    (feedback) =>
      sources.includes(feedback.source) &&
      (tags === undefined || feedback.tags.some((tag) => tags.includes(tag))),
  );
}

function isLikeOf(
  { rating, score }: FeedbackSnapshot,
  scoreThreshold: number | undefined,
): boolean | undefined {
  if (rating !== null) return rating === 'like';
  return scoreThreshold === undefined || score === null ? undefined : score >= scoreThreshold;
}

/** The likes and dislikes of a reply. */
export function votesOn(message: MessageSnapshot, recipe: Recipe): Vote[] {
  return countedFeedback(message, recipe).flatMap((feedback) => {
    const isLike = isLikeOf(feedback, recipe['score-threshold']);
    const author = { username: feedback.username, source: feedback.source };
    if (isLike === undefined) return [];
    return [{ author, isLike, from: feedback.rating === null ? ('score' as const) : ('rating' as const) }];
  });
}

/**
 * Resolves a conflict between authors who say yes and authors who say no, and adds it to the counts.
 * - majority: the answer of more authors; none on a tie.
 * - drop: none.
 * - keep-all: both.
 * @returns the answers that remain
 */
export function resolveConflict(
  votes: { yes: number; no: number },
  rule: ConflictRule,
  counts: ExportCounts,
): boolean[] {
  const { yes, no } = votes;
  if (yes === 0 && no === 0) return [];
  if (yes === 0 || no === 0) return [yes > 0];
  const { conflicts } = counts;
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
 * Whether a reply is liked: undefined if nobody rated it, or if a conflict was dropped.
 * @param options.rejectedBy authors who chose a sibling over it: their choice overrides their rating
 */
export function isLiked(
  message: MessageSnapshot,
  { recipe, rejectedBy }: { recipe: Recipe; rejectedBy: readonly FeedbackAuthor[] },
  counts: ExportCounts,
): boolean | undefined {
  const votes = new Map(votesOn(message, recipe).map(({ author, isLike }) => [keyOf(author), isLike]));
  for (const author of rejectedBy) votes.set(keyOf(author), false);
  const yes = [...votes.values()].filter((isLike) => isLike).length;
  const answers = resolveConflict({ yes, no: votes.size - yes }, recipe.conflict, counts);
  return answers.length === 1 ? answers[0] : undefined;
}

export type Correction = { text: string; authors: FeedbackAuthor[] };

/** The different corrections of a reply: the one of most authors first; among equals the newest first. */
export function correctionsOf(message: MessageSnapshot, recipe: Recipe): Correction[] {
  const byText = new Map<string, FeedbackSnapshot[]>();
  for (const feedback of countedFeedback(message, recipe)) {
    if (feedback.correction === null || feedback.correction.trim() === '') continue;
    byText.set(feedback.correction, [...(byText.get(feedback.correction) ?? []), feedback]);
  }
  const newest = (all: FeedbackSnapshot[]) => Math.max(...all.map(({ updatedAt }) => updatedAt.getTime()));
  return [...byText]
    .sort(([, a], [, b]) => b.length - a.length || newest(b) - newest(a))
    .map(([text, all]) => ({ text, authors: all.map(({ username, source }) => ({ username, source })) }));
}

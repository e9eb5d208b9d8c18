// Which reply is better than which: what people chose, what the same author liked and disliked among siblings, and
// corrections against what they correct.
import type { ConversationSnapshot, MessageSnapshot } from '../../log/fold/fold.ts';
import {
  type ChatMessage,
  isChosen,
  isTeachable,
  modelOf,
  promptBefore,
  promptProblem,
} from './chat-messages.ts';
import type { ExportCounts } from './export-counts.ts';
import type { PairKind, Recipe } from './recipe.ts';
import type { FeedbackAuthor } from './record.ts';
import { correctionsOf, countedFeedback, keyOf, resolveConflict, votesOn } from './votes.ts';

export type Pair = {
  prompt: ChatMessage[];
  chosen: string;
  rejected: string;
  from: PairKind;
  model: string;
  messageIds: string[];
  authors: FeedbackAuthor[];
};

/** Everyone's opinion of two siblings: the first is better, the second is, or neither. */
type Opinion = { author: FeedbackAuthor; better: 'first' | 'second' | 'neither'; from: PairKind };
type Siblings = { first: MessageSnapshot; second: MessageSnapshot };

function choices({ first, second }: Siblings, recipe: Recipe): Opinion[] {
  const of = (one: MessageSnapshot, other: MessageSnapshot, better: 'first' | 'second'): Opinion[] =>
    countedFeedback(one, recipe).flatMap((given): Opinion[] => {
      const author = { username: given.username, source: given.source };
      if (given.preferredOver.includes(other.id)) return [{ author, better, from: 'preference' }];
      return given.tiedWith.includes(other.id) ? [{ author, better: 'neither', from: 'preference' }] : [];
    });
  return [...of(first, second, 'first'), ...of(second, first, 'second')];
}

function comparedRatings({ first, second }: Siblings, recipe: Recipe): Opinion[] {
  const ofSecond = new Map(votesOn(second, recipe).map((voice) => [keyOf(voice.author), voice]));
  return votesOn(first, recipe).flatMap(({ author, isLike }) => {
    const other = ofSecond.get(keyOf(author));
    if (other === undefined || other.isLike === isLike) return [];
    return [{ author, better: isLike ? 'first' : 'second', from: 'rating' }];
  });
}

/** One opinion of each author: what they chose counts more than what follows from their ratings. */
function opinionsOn(siblings: Siblings, recipe: Recipe): Opinion[] {
  const { pairs } = recipe;
  const byAuthor = new Map<string, Opinion>();
  const found = [
    ...(pairs.includes('rating') ? comparedRatings(siblings, recipe) : []),
    ...(pairs.includes('preference') ? choices(siblings, recipe) : []),
  ];
  for (const opinion of found) byAuthor.set(keyOf(opinion.author), opinion);
  return [...byAuthor.values()];
}

function siblingsIn(conversation: ConversationSnapshot, recipe: Recipe): Siblings[] {
  const byParent = new Map<string | null, MessageSnapshot[]>();
  for (const message of conversation.messages) {
    if (!isTeachable(message, recipe) || !isChosen(conversation, message, recipe)) continue;
    const known = byParent.get(message.parentId);
    if (known === undefined) byParent.set(message.parentId, [message]);
    else known.push(message);
  }
  return [...byParent.values()].flatMap((group) =>
    group.flatMap((second, index) =>
      group
        .slice(0, index)
        .filter((first) => first.feedback.length + second.feedback.length > 0)
        .map((first) => ({ first, second })),
    ),
  );
}

function comparedPairs(conversation: ConversationSnapshot, recipe: Recipe, tally: ExportCounts): Pair[] {
  return siblingsIn(conversation, recipe).flatMap((siblings) => {
    const opinions = opinionsOn(siblings, recipe);
    const count = (better: Opinion['better']) => opinions.filter((one) => one.better === better).length;
    const answers = resolveConflict({ yes: count('first'), no: count('second') }, recipe.conflict, tally);
    return answers.map((isFirst): Pair => {
      const { first, second } = siblings;
      const [better, worse] = isFirst ? [first, second] : [second, first];
      const behind = opinions.filter((one) => one.better === (isFirst ? 'first' : 'second'));
      return {
        prompt: promptBefore(conversation, first, recipe),
        chosen: better.content,
        rejected: worse.content,
        from: behind.some(({ from }) => from === 'preference') ? 'preference' : 'rating',
        model: modelOf(conversation, better),
        messageIds: [better.id, worse.id],
        authors: behind.map(({ author }) => author),
      };
    });
  });
}

function correctedPairs(conversation: ConversationSnapshot, recipe: Recipe): Pair[] {
  if (!recipe.pairs.includes('correction')) return [];
  return conversation.messages.flatMap((message) => {
    if (!isTeachable(message, recipe) || !isChosen(conversation, message, recipe)) return [];
    return correctionsOf(message, recipe).map(
      ({ text, authors }): Pair => ({
        prompt: promptBefore(conversation, message, recipe),
        chosen: text,
        rejected: message.content,
        from: 'correction',
        model: modelOf(conversation, message),
        messageIds: [message.id],
        authors,
      }),
    );
  });
}

/** All pairs of a conversation that a trainer can take, in the order of its messages; the others are counted. */
export function pairsIn(conversation: ConversationSnapshot, recipe: Recipe, tally: ExportCounts): Pair[] {
  const found = [...comparedPairs(conversation, recipe, tally), ...correctedPairs(conversation, recipe)];
  return found.filter(({ prompt, chosen, rejected, authors }) => {
    const problem =
      promptProblem(prompt) ??
      (chosen === rejected ? ('sameText' as const) : undefined) ??
      (authors.length < (recipe['min-raters'] ?? 1) ? ('tooFewRaters' as const) : undefined);
    if (problem !== undefined) tally.skipped[problem] += 1;
    return problem === undefined;
  });
}

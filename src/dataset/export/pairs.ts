// Finds pairs of a better and a worse reply: chosen siblings, siblings that one author liked and disliked, and
// corrections beside the replies that they correct.
import type { ConversationSnapshot, MessageSnapshot } from '../../log/fold/fold.ts';
import {
  type ChatMessage,
  isSelected,
  isTeachable,
  modelIdOf,
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

/** An author's opinion of two siblings. */
type Opinion = { author: FeedbackAuthor; better: 'first' | 'second' | 'neither'; from: PairKind };
type Siblings = { first: MessageSnapshot; second: MessageSnapshot };

function choicesBetween({ first, second }: Siblings, recipe: Recipe): Opinion[] {
  const choicesOf = (reply: MessageSnapshot, sibling: MessageSnapshot, better: 'first' | 'second') =>
    countedFeedback(reply, recipe).flatMap((feedback): Opinion[] => {
      const author = { username: feedback.username, source: feedback.source };
      if (feedback.preferredOver.includes(sibling.id)) return [{ author, better, from: 'preference' }];
      const isTie = feedback.tiedWith.includes(sibling.id);
      return isTie ? [{ author, better: 'neither', from: 'preference' }] : [];
    });
  return [...choicesOf(first, second, 'first'), ...choicesOf(second, first, 'second')];
}

function comparedRatings({ first, second }: Siblings, recipe: Recipe): Opinion[] {
  const votesOnSecond = new Map(votesOn(second, recipe).map((vote) => [keyOf(vote.author), vote]));
  return votesOn(first, recipe).flatMap(({ author, isLike }) => {
    const voteOnSecond = votesOnSecond.get(keyOf(author));
    if (voteOnSecond === undefined || voteOnSecond.isLike === isLike) return [];
    return [{ author, better: isLike ? 'first' : 'second', from: 'rating' }];
  });
}

/** One opinion of each author: a choice overrides what follows from ratings. */
function opinionsOn(siblings: Siblings, recipe: Recipe): Opinion[] {
  const { pairs } = recipe;
  const byAuthor = new Map<string, Opinion>();
  const opinions = [
    ...(pairs.includes('rating') ? comparedRatings(siblings, recipe) : []),
    ...(pairs.includes('preference') ? choicesBetween(siblings, recipe) : []),
  ];
  for (const opinion of opinions) byAuthor.set(keyOf(opinion.author), opinion);
  return [...byAuthor.values()];
}

function siblingsIn(conversation: ConversationSnapshot, recipe: Recipe): Siblings[] {
  const byParent = new Map<string | null, MessageSnapshot[]>();
  for (const message of conversation.messages) {
    if (!isTeachable(message, recipe) || !isSelected(conversation, message, recipe)) continue;
    const siblings = byParent.get(message.parentId);
    if (siblings === undefined) byParent.set(message.parentId, [message]);
    else siblings.push(message);
  }
  return [...byParent.values()].flatMap((siblings) =>
    siblings.flatMap((second, index) =>
      siblings
        .slice(0, index)
        .filter((first) => first.feedback.length + second.feedback.length > 0)
        .map((first) => ({ first, second })),
    ),
  );
}

function comparedPairs(conversation: ConversationSnapshot, recipe: Recipe, counts: ExportCounts): Pair[] {
  return siblingsIn(conversation, recipe).flatMap((siblings) => {
    const opinions = opinionsOn(siblings, recipe);
    const countOf = (better: Opinion['better']) => opinions.filter((one) => one.better === better).length;
    const votes = { yes: countOf('first'), no: countOf('second') };
    return resolveConflict(votes, recipe.conflict, counts).map((isFirst): Pair => {
      const { first, second } = siblings;
      const [better, worse] = isFirst ? [first, second] : [second, first];
      const supporting = opinions.filter((one) => one.better === (isFirst ? 'first' : 'second'));
      return {
        prompt: promptBefore(conversation, first, recipe),
        chosen: better.content,
        rejected: worse.content,
        from: supporting.some(({ from }) => from === 'preference') ? 'preference' : 'rating',
        model: modelIdOf(conversation, better),
        messageIds: [better.id, worse.id],
        authors: supporting.map(({ author }) => author),
      };
    });
  });
}

function correctedPairs(conversation: ConversationSnapshot, recipe: Recipe): Pair[] {
  if (!recipe.pairs.includes('correction')) return [];
  return conversation.messages.flatMap((message) => {
    if (!isTeachable(message, recipe) || !isSelected(conversation, message, recipe)) return [];
    return correctionsOf(message, recipe).map(
      ({ text, authors }): Pair => ({
        prompt: promptBefore(conversation, message, recipe),
        chosen: text,
        rejected: message.content,
        from: 'correction',
        model: modelIdOf(conversation, message),
        messageIds: [message.id],
        authors,
      }),
    );
  });
}

/** All pairs of a conversation that a trainer accepts, in the order of its messages; adds the others to the counts. */
export function pairsIn(conversation: ConversationSnapshot, recipe: Recipe, counts: ExportCounts): Pair[] {
  const pairs = [...comparedPairs(conversation, recipe, counts), ...correctedPairs(conversation, recipe)];
  return pairs.filter(({ prompt, chosen, rejected, authors }) => {
    const problem =
      promptProblem(prompt) ??
      (chosen === rejected ? ('sameText' as const) : undefined) ??
      (authors.length < (recipe['min-raters'] ?? 1) ? ('tooFewRaters' as const) : undefined);
    if (problem !== undefined) counts.skipped[problem] += 1;
    return problem === undefined;
  });
}

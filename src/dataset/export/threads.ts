// Whole threads with what people said of their replies: corrections in the place of what they correct.
import { type ConversationSnapshot, type MessageSnapshot, threadOf } from '../../log/fold/fold.ts';
import {
  type ChatMessage,
  chatMessagesOf,
  isChosen,
  isTeachable,
  modelOf,
  threadProblem,
} from './chat-messages.ts';
import type { ExportCounts } from './export-counts.ts';
import type { Recipe } from './recipe.ts';
import type { ExportRecord, FeedbackAuthor } from './record.ts';
import { type Correction, correctionsOf, countedFeedback, isLiked, keyOf, votesOn } from './votes.ts';

/** A message of a thread; of a reply also what people make of it. */
type Step = { message: MessageSnapshot; correction: Correction | undefined; isLiked: boolean | undefined };
export type Thread = { steps: Step[]; turns: (ChatMessage & { isDisliked: boolean })[] };

type Authors = Map<string, FeedbackAuthor>;

/** Who chose a sibling over a reply, by the reply. */
function rejectionsIn({ messages }: ConversationSnapshot, recipe: Recipe): Map<string, Authors> {
  const found = new Map<string, Authors>();
  for (const message of messages) {
    for (const { username, source, preferredOver } of countedFeedback(message, recipe)) {
      const author = { username, source };
      for (const id of preferredOver) found.set(id, (found.get(id) ?? new Map()).set(keyOf(author), author));
    }
  }
  return found;
}

/** Each message once, so that a contradiction is counted once, in however many threads its reply is. */
function judge(conversation: ConversationSnapshot, recipe: Recipe, tally: ExportCounts): Map<string, Step> {
  const rejections = rejectionsIn(conversation, recipe);
  return new Map(
    conversation.messages.map((message) => {
      if (message.role !== 'assistant')
        return [message.id, { message, correction: undefined, isLiked: undefined }];
      const [correction] = correctionsOf(message, recipe);
      const rejectedBy = [...(rejections.get(message.id)?.values() ?? [])];
      const verdict = isLiked(message, { recipe, rejectedBy }, tally);
      // What was corrected is good now, whatever it was.
      return [message.id, { message, correction, isLiked: correction !== undefined || verdict }];
    }),
  );
}

function leavesOf({ messages }: ConversationSnapshot): MessageSnapshot[] {
  const parents = new Set(messages.map(({ parentId }) => parentId));
  return messages.filter(({ id }) => !parents.has(id));
}

/** How many steps of a thread are to be learnt: it ends with a reply that may be taught. */
function lengthOf(steps: readonly Step[], conversation: ConversationSnapshot, recipe: Recipe): number {
  const isDisliked = ({ isLiked }: Step) => isLiked === false;
  const firstBad = recipe.replies === 'all' ? -1 : steps.findIndex(isDisliked);
  const good = firstBad === -1 ? steps : steps.slice(0, firstBad);
  return (
    1 +
    good.findLastIndex(
      ({ message, correction, isLiked }) =>
        (isTeachable(message, recipe) || correction !== undefined) &&
        isChosen(conversation, message, recipe) &&
        (recipe.replies !== 'liked' || isLiked === true),
    )
  );
}

function toThread(steps: Step[], recipe: Recipe): Thread {
  const turns = steps.flatMap(({ message, correction, isLiked }) =>
    chatMessagesOf(
      [correction === undefined ? message : { ...message, content: correction.text }],
      recipe,
    ).map((turn) => ({ ...turn, isDisliked: isLiked === false })),
  );
  const lastReply = turns.findLastIndex(
    ({ role }, index) => role === 'assistant' && index < turns.length - 1,
  );
  return {
    steps,
    turns:
      recipe.turns === 'thread'
        ? turns
        : turns.filter(({ role }, index) => role === 'system' || index > lastReply),
  };
}

function authorsOf(steps: readonly Step[], recipe: Recipe): FeedbackAuthor[] {
  const authors = steps.flatMap(({ message, correction }) => [
    ...votesOn(message, recipe).map(({ author }) => author),
    ...(correction?.authors ?? []),
  ]);
  return [...new Map(authors.map((author) => [keyOf(author), author])).values()];
}

/** The threads of a conversation that are to be learnt; one that another only goes on is left out. */
function threadsIn(conversation: ConversationSnapshot, recipe: Recipe, tally: ExportCounts): Thread[] {
  const judged = judge(conversation, recipe, tally);
  const found = leavesOf(conversation).flatMap((leaf) => {
    const steps = (threadOf(conversation, leaf.id) ?? []).flatMap(({ id }) => judged.get(id) ?? []);
    const length = lengthOf(steps, conversation, recipe);
    return length === 0 ? [] : [steps.slice(0, length)];
  });
  const within = new Set(found.flatMap((steps) => steps.slice(0, -1).map(({ message }) => message.id)));
  const byEnd = new Map(found.map((steps) => [steps.at(-1)?.message.id ?? '', steps]));
  return [...byEnd].filter(([end]) => !within.has(end)).map(([, steps]) => toThread(steps, recipe));
}

/** @param render what a thread looks like in the format; undefined: there is nothing to learn in it */
export function threadDrafts(
  conversation: ConversationSnapshot,
  { recipe, tally }: { recipe: Recipe; tally: ExportCounts },
  render: (thread: Thread) => ExportRecord['value'] | undefined,
): ExportRecord[] {
  return threadsIn(conversation, recipe, tally).flatMap((thread): ExportRecord[] => {
    const authors = authorsOf(thread.steps, recipe);
    const needed = Math.max(recipe['min-raters'] ?? 0, recipe.tags === undefined ? 0 : 1);
    const problem = threadProblem(thread.turns) ?? (authors.length < needed ? 'tooFewRaters' : undefined);
    const value = problem === undefined ? render(thread) : undefined;
    const last = thread.steps.at(-1)?.message;
    if (value === undefined || last === undefined) {
      tally.skipped[problem ?? 'nothingToLearn'] += 1;
      return [];
    }
    const isCorrected = thread.steps.some(({ correction }) => correction !== undefined);
    const model = modelOf(conversation, last);
    return [{ value, from: isCorrected ? 'correction' : 'thread', model, messageIds: [last.id], authors }];
  });
}

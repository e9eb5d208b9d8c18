// Finds whole threads to learn from. A correction takes the place of the reply that it corrects.
import { type ConversationSnapshot, type MessageSnapshot, threadOf } from '../../log/fold/fold.ts';
import {
  type ChatMessage,
  chatMessagesOf,
  isSelected,
  isTeachable,
  modelIdOf,
  threadProblem,
} from './chat-messages.ts';
import type { ExportCounts } from './export-counts.ts';
import type { Recipe } from './recipe.ts';
import type { ExportRecord, FeedbackAuthor } from './record.ts';
import { type Correction, correctionsOf, countedFeedback, isLiked, keyOf, votesOn } from './votes.ts';

/** A message of a thread; a reply also with its correction, and whether it is liked. */
type Step = { message: MessageSnapshot; correction: Correction | undefined; isLiked: boolean | undefined };
export type Thread = { steps: Step[]; messages: (ChatMessage & { isDisliked: boolean })[] };

type Authors = Map<string, FeedbackAuthor>;

/** The authors who chose a sibling over a reply, by the id of the reply. */
function rejectionsIn({ messages }: ConversationSnapshot, recipe: Recipe): Map<string, Authors> {
  const rejections = new Map<string, Authors>();
  for (const message of messages) {
    for (const { username, source, preferredOver } of countedFeedback(message, recipe)) {
      const author = { username, source };
      for (const id of preferredOver) {
        rejections.set(id, (rejections.get(id) ?? new Map()).set(keyOf(author), author));
      }
    }
  }
  return rejections;
}

/** The step of each message by its id. Made once: a reply's conflict counts once, however many threads contain it. */
function stepsOf(
  conversation: ConversationSnapshot,
  recipe: Recipe,
  counts: ExportCounts,
): Map<string, Step> {
  const rejections = rejectionsIn(conversation, recipe);
  return new Map(
    conversation.messages.map((message) => {
      if (message.role !== 'assistant')
        return [message.id, { message, correction: undefined, isLiked: undefined }];
      const [correction] = correctionsOf(message, recipe);
      const rejectedBy = [...(rejections.get(message.id)?.values() ?? [])];
      const isOriginalLiked = isLiked(message, { recipe, rejectedBy }, counts);
      // The corrected text is good, whatever the original was.
      return [message.id, { message, correction, isLiked: correction !== undefined || isOriginalLiked }];
    }),
  );
}

function leavesOf({ messages }: ConversationSnapshot): MessageSnapshot[] {
  const parents = new Set(messages.map(({ parentId }) => parentId));
  return messages.filter(({ id }) => !parents.has(id));
}

/** How many steps of a thread to learn from: the last of them is a reply that the recipe selects. */
function lengthOf(steps: readonly Step[], conversation: ConversationSnapshot, recipe: Recipe): number {
  const isDisliked = ({ isLiked }: Step) => isLiked === false;
  const firstDisliked = recipe.replies === 'all' ? -1 : steps.findIndex(isDisliked);
  const candidates = firstDisliked === -1 ? steps : steps.slice(0, firstDisliked);
  return (
    1 +
    candidates.findLastIndex(
      ({ message, correction, isLiked }) =>
        (isTeachable(message, recipe) || correction !== undefined) &&
        isSelected(conversation, message, recipe) &&
        (recipe.replies !== 'liked' || isLiked === true),
    )
  );
}

function toThread(steps: Step[], recipe: Recipe): Thread {
  const messages = steps.flatMap(({ message, correction, isLiked }) =>
    chatMessagesOf(
      [correction === undefined ? message : { ...message, content: correction.text }],
      recipe,
    ).map((chatMessage) => ({ ...chatMessage, isDisliked: isLiked === false })),
  );
  if (recipe.turns === 'thread') return { steps, messages };
  const replyBeforeLast = messages.findLastIndex(
    ({ role }, index) => role === 'assistant' && index < messages.length - 1,
  );
  return {
    steps,
    messages: messages.filter(({ role }, index) => role === 'system' || index > replyBeforeLast),
  };
}

function authorsOf(steps: readonly Step[], recipe: Recipe): FeedbackAuthor[] {
  const authors = steps.flatMap(({ message, correction }) => [
    ...votesOn(message, recipe).map(({ author }) => author),
    ...(correction?.authors ?? []),
  ]);
  return [...new Map(authors.map((author) => [keyOf(author), author])).values()];
}

/** The threads of a conversation to learn from, without those that are the beginning of another one. */
function threadsIn(conversation: ConversationSnapshot, recipe: Recipe, counts: ExportCounts): Thread[] {
  const stepsById = stepsOf(conversation, recipe, counts);
  const candidates = leavesOf(conversation).flatMap((leaf) => {
    const steps = (threadOf(conversation, leaf.id) ?? []).flatMap(({ id }) => stepsById.get(id) ?? []);
    const length = lengthOf(steps, conversation, recipe);
    return length === 0 ? [] : [steps.slice(0, length)];
  });
  const inner = new Set(candidates.flatMap((steps) => steps.slice(0, -1).map(({ message }) => message.id)));
  const byEnd = new Map(candidates.map((steps) => [steps.at(-1)?.message.id ?? '', steps]));
  return [...byEnd].filter(([end]) => !inner.has(end)).map(([, steps]) => toThread(steps, recipe));
}

/**
 * The records of a conversation's threads; adds what is left out to the counts.
 * @param render what a thread is in the format; undefined if there is nothing to learn in it
 */
export function threadRecords(
  conversation: ConversationSnapshot,
  { recipe, counts }: { recipe: Recipe; counts: ExportCounts },
  render: (thread: Thread) => ExportRecord['value'] | undefined,
): ExportRecord[] {
  return threadsIn(conversation, recipe, counts).flatMap((thread): ExportRecord[] => {
    const authors = authorsOf(thread.steps, recipe);
    const minRaters = Math.max(recipe['min-raters'] ?? 0, recipe.tags === undefined ? 0 : 1);
    const problem =
      threadProblem(thread.messages) ?? (authors.length < minRaters ? 'tooFewRaters' : undefined);
    const value = problem === undefined ? render(thread) : undefined;
    const last = thread.steps.at(-1)?.message;
    if (value === undefined || last === undefined) {
      counts.skipped[problem ?? 'nothingToLearn'] += 1;
      return [];
    }
    const isCorrected = thread.steps.some(({ correction }) => correction !== undefined);
    const model = modelIdOf(conversation, last);
    return [{ value, from: isCorrected ? 'correction' : 'thread', model, messageIds: [last.id], authors }];
  });
}

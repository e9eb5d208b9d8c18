// Messages as trainers read them: a role and a text. What a chat template would refuse is found here.
import { type ConversationSnapshot, type MessageSnapshot, threadOf } from '../../log/fold/fold.ts';
import type { SkipReason } from './export-counts.ts';
import type { Recipe } from './recipe.ts';

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** A reply that can be taught: it has a text, and the model came to its end. */
export function isTeachable(message: MessageSnapshot, recipe: Recipe): boolean {
  if (message.role !== 'assistant' || message.content.trim() === '') return false;
  return message.status === 'complete' || (recipe['include-stopped'] && message.status === 'stopped');
}

export function modelOf(conversation: ConversationSnapshot, message: MessageSnapshot | undefined): string {
  return message?.modelId ?? conversation.model.id;
}

/** Whether a reply is one of those that were asked for, by its model and its time. */
export function isChosen(
  conversation: ConversationSnapshot,
  message: MessageSnapshot,
  recipe: Recipe,
): boolean {
  const { models, from, to } = recipe;
  if (models !== undefined && !models.includes(modelOf(conversation, message))) return false;
  return (from === undefined || message.createdAt >= from) && (to === undefined || message.createdAt < to);
}

/** The messages before a message, from the root on. */
export function threadBefore(
  conversation: ConversationSnapshot,
  { parentId }: MessageSnapshot,
): MessageSnapshot[] {
  return parentId === null ? [] : (threadOf(conversation, parentId) ?? []);
}

/** What stays of a thread by its roles. */
export function chatMessagesOf(thread: readonly MessageSnapshot[], { roles, system }: Recipe): ChatMessage[] {
  return thread
    .filter(({ role }) => roles.includes(role) && (role !== 'system' || system === 'keep'))
    .map(({ role, content }) => ({ role, content }));
}

/** What a reply answers: the thread before it, or only the last prompt of it with what the system said. */
export function promptBefore(
  conversation: ConversationSnapshot,
  message: MessageSnapshot,
  recipe: Recipe,
): ChatMessage[] {
  const turns = chatMessagesOf(threadBefore(conversation, message), recipe);
  if (recipe.turns === 'thread') return turns;
  const lastReply = turns.findLastIndex(({ role }) => role === 'assistant');
  return turns.filter(({ role }, index) => role === 'system' || index > lastReply);
}

/**
 * What a chat template would refuse in a prompt: it begins with at most one text of the system, then user and
 * assistant take turns, and the user has the last word.
 */
export function promptProblem(turns: readonly ChatMessage[]): SkipReason | undefined {
  const spoken = turns[0]?.role === 'system' ? turns.slice(1) : turns;
  const alternates = spoken.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant'));
  if (!alternates || spoken.length % 2 === 0) return 'roles';
  return turns.some(({ content }) => content.trim() === '') ? 'emptyContent' : undefined;
}

/** As promptProblem, for a whole conversation: the assistant has the last word. */
export function threadProblem(turns: readonly ChatMessage[]): SkipReason | undefined {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return 'roles';
  return promptProblem(turns.slice(0, -1)) ?? (last.content.trim() === '' ? 'emptyContent' : undefined);
}

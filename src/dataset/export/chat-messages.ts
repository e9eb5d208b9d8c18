// Messages as trainers read them: a role and a text. Finds what a chat template would refuse.
import { type ConversationSnapshot, type MessageSnapshot, threadOf } from '../../log/fold/fold.ts';
import type { SkipReason } from './export-counts.ts';
import type { Recipe } from './recipe.ts';

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** Whether a message is a reply to learn from: it has a text, and the model finished it. */
export function isTeachable(message: MessageSnapshot, recipe: Recipe): boolean {
  if (message.role !== 'assistant' || message.content.trim() === '') return false;
  return message.status === 'complete' || (recipe['include-stopped'] && message.status === 'stopped');
}

/** Id of the model that wrote the message; of the conversation's model if the message names none. */
export function modelIdOf(conversation: ConversationSnapshot, message: MessageSnapshot | undefined): string {
  return message?.modelId ?? conversation.model.id;
}

/** Whether the recipe selects the reply, by its model and its time. */
export function isSelected(
  conversation: ConversationSnapshot,
  message: MessageSnapshot,
  recipe: Recipe,
): boolean {
  const { models, from, to } = recipe;
  if (models !== undefined && !models.includes(modelIdOf(conversation, message))) return false;
  return (from === undefined || message.createdAt >= from) && (to === undefined || message.createdAt < to);
}

/** The messages before a message, from the root on. */
export function threadBefore(
  conversation: ConversationSnapshot,
  { parentId }: MessageSnapshot,
): MessageSnapshot[] {
  return parentId === null ? [] : (threadOf(conversation, parentId) ?? []);
}

/** The messages of a thread whose roles the recipe selects. */
export function chatMessagesOf(thread: readonly MessageSnapshot[], { roles, system }: Recipe): ChatMessage[] {
  return thread
    .filter(({ role }) => roles.includes(role) && (role !== 'system' || system === 'keep'))
    .map(({ role, content }) => ({ role, content }));
}

/** What a reply answers: the thread before it, or only its system prompts and what the user wrote last. */
export function promptBefore(
  conversation: ConversationSnapshot,
  message: MessageSnapshot,
  recipe: Recipe,
): ChatMessage[] {
  const messages = chatMessagesOf(threadBefore(conversation, message), recipe);
  if (recipe.turns === 'thread') return messages;
  const lastReply = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.filter(({ role }, index) => role === 'system' || index > lastReply);
}

/**
 * Why a chat template would refuse the messages as a prompt; undefined if it takes them. A prompt begins with at most
 * one system prompt, then user and assistant alternate, and the user comes last.
 */
export function promptProblem(messages: readonly ChatMessage[]): SkipReason | undefined {
  const exchanges = messages[0]?.role === 'system' ? messages.slice(1) : messages;
  const alternates = exchanges.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant'));
  if (!alternates || exchanges.length % 2 === 0) return 'roles';
  return messages.some(({ content }) => content.trim() === '') ? 'emptyContent' : undefined;
}

/** Like promptProblem, for a whole conversation: the assistant comes last. */
export function threadProblem(messages: readonly ChatMessage[]): SkipReason | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return 'roles';
  return promptProblem(messages.slice(0, -1)) ?? (last.content.trim() === '' ? 'emptyContent' : undefined);
}

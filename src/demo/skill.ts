// What a skill of the demo is: it either answers a conversation or leaves it to the next skill. No skill may state
// anything that it did not count, compute, or read in the conversation.
import type { DemoConversation } from './conversation.ts';

/** One answer in two versions: a sentence or two, and a longer one in markdown. */
export type Answer = { brief: string; long: string };

export type Skill = (conversation: DemoConversation) => Answer | undefined;

/** `1 letter`, `2 letters`. */
export const counted = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`;

/** The text on one line, cut to a length without splitting a character. */
export function shortened(text: string, length = 120): string {
  const characters = [...text.replace(/\s+/g, ' ')];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}

// The demo model's mind: a pure function from a conversation to its next reply. It knows nothing of the world
// and says so; what it states it has counted, computed, or been told in this conversation.
import { compute, countLetter, measureWord, reverseWord } from './calculation.ts';
import { type DemoMessage, readConversation } from './conversation.ts';
import { countMessages, quoteEarlier, recallFact, recallName, takeNote } from './memory.ts';
import type { Answer, Skill } from './skill.ts';
import { acceptCriticism, acceptThanks, admitIgnorance, greet, help, introduce } from './small-talk.ts';

/** The ids that the demo offers; the first is the default, and answers for every other id, too. */
export const demoModels: string[] = ['demo-concise', 'demo-chatty'];

const introduction = "I am Afterword's built-in demo, not a language model";

// The first that answers wins, so those that recognise the most particular question stand first.
const skills: readonly Skill[] = [
  countLetter,
  measureWord,
  reverseWord,
  compute,
  countMessages,
  quoteEarlier,
  recallName,
  recallFact,
  takeNote,
  introduce,
  help,
  acceptCriticism,
  acceptThanks,
  greet,
];

/** Answers the newest message of the user. The same conversation, model and seed get the same answer. */
export function answer(messages: readonly DemoMessage[], model: string, seed = 0): string {
  const conversation = readConversation(messages, seed);
  let found: Answer | undefined;
  for (const skill of skills) found ??= skill(conversation);
  found ??= admitIgnorance(conversation);
  const isFirst = conversation.turn === 1;
  if (model === 'demo-chatty') {
    return isFirst
      ? `${introduction}: I can count and remember, but I don't *know* things.\n\n${found.long}`
      : found.long;
  }
  return isFirst ? `${introduction}. ${found.brief}` : found.brief;
}

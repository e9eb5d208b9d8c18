// How the demo model answers: a pure function from a conversation to its next reply. It knows nothing of the world and
// admits it; whatever it states it has counted, computed, or read in this conversation.
import { compute, countLetter, measureWord, reverseWord } from './calculation.ts';
import { type DemoMessage, readConversation } from './conversation.ts';
import { countMessages, quoteEarlier, recallFact, recallName, takeNote } from './memory.ts';
import type { Answer, Skill } from './skill.ts';
import { acceptCriticism, acceptThanks, admitIgnorance, greet, help, introduce } from './small-talk.ts';

/** The model ids of the demo; the first is the default, and answers for every other id, too. */
export const demoModels: string[] = ['demo-concise', 'demo-chatty'];

const introduction = "I am Afterword's built-in demo, not a language model";

// The first skill that answers wins, so those that recognise the most specific questions come first.
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
  let reply: Answer | undefined;
  for (const skill of skills) reply ??= skill(conversation);
  reply ??= admitIgnorance(conversation);
  const isFirst = conversation.replyNumber === 1;
  if (model === 'demo-chatty') {
    return isFirst
      ? `${introduction}: I can count and remember, but I don't *know* things.\n\n${reply.long}`
      : reply.long;
  }
  return isFirst ? `${introduction}. ${reply.brief}` : reply.brief;
}

// Reads from a conversation what the demo can use: the question, the number of the reply, and the facts stated.

export type DemoMessage = { role: string; content: string };

export type DemoConversation = {
  /** The newest message of the user, trimmed; empty when there is none. */
  question: string;
  /** The user's messages before that one, oldest first. */
  earlierQuestions: string[];
  /** Number of the reply in the conversation, from 1. */
  replyNumber: number;
  /** The user's name, if one was stated. */
  name: string | undefined;
  /** What else the user stated, newest last: "favourite colour" is "green". */
  facts: ReadonlyMap<string, string>;
  /** What the newest message states. */
  newFacts: ReadonlyMap<string, string>;
  /** Whether the question is longer than what is read of it. */
  isCut: boolean;
  /** Varies the wording where it may vary. */
  seed: number;
};

// The demo runs inside the server's process: a pattern on a megabyte of hostile text would block all of it.
const maxReadLength = 2_000;

// A name must start with a capital if it could be any other word: "I'm Ada", but not "I'm tired".
const statedNames = [
  /\bmy name(?: is|'s|’s) +([\p{L}][\p{L}'’-]*)/iu,
  /\b[Cc]all me +([\p{L}][\p{L}'’-]*)/u,
  /\b(?:I am|I'm|I’m|i am|i'm|i’m) +(\p{Lu}[\p{L}'’-]+)/u,
];
// A fact ends where the next one begins: "my dog is Rex and my cat is Tom".
const statedFact =
  /\bmy +([\p{L}][\p{L}'’ -]{1,30}?) +(?:is|are) +((?:(?! and (?:my|i)\b)[^.,;!?\n]){1,60})/giu;
const statedHome = /\bI live in +((?:(?! and (?:my|i)\b)[^.,;!?\n]){1,40})/iu;

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The sentences that state something: "is my name Ada?" states nothing. */
function statementsOf(text: string): string[] {
  const sentences = text.match(/[^.!?\n]+[.!?]*/g) ?? [];
  return sentences.filter(
    (sentence) => !sentence.endsWith('?') && !/^\s*wh(?:at|o|ere|ich)\b/i.test(sentence),
  );
}

/** The name that a message states, if it states one. */
export function nameIn(text: string): string | undefined {
  for (const sentence of statementsOf(text)) {
    for (const pattern of statedNames) {
      const name = pattern.exec(sentence)?.[1];
      if (name !== undefined) return capitalised(name);
    }
  }
  return undefined;
}

function factsIn(text: string): Map<string, string> {
  const facts = new Map<string, string>();
  for (const sentence of statementsOf(text)) {
    for (const [, subject = '', value = ''] of sentence.matchAll(statedFact)) {
      if (subject.toLowerCase() !== 'name') facts.set(subject.toLowerCase(), value.trim());
    }
    const home = statedHome.exec(sentence)?.[1];
    if (home !== undefined) facts.set('home', home.trim());
  }
  return facts;
}

/** @param messages as they are sent to a model, oldest first */
export function readConversation(messages: readonly DemoMessage[], seed: number): DemoConversation {
  const prompts = messages.filter(({ role }) => role === 'user').map(({ content }) => content.trim());
  const questions = prompts.map((text) => text.slice(0, maxReadLength).toWellFormed());
  const question = questions.at(-1) ?? '';
  return {
    question,
    earlierQuestions: questions.slice(0, -1),
    replyNumber: messages.filter(({ role }) => role === 'assistant').length + 1,
    name: questions.map(nameIn).findLast((name) => name !== undefined),
    facts: new Map(questions.flatMap((text) => [...factsIn(text)])),
    newFacts: factsIn(question),
    isCut: (prompts.at(-1) ?? '').length > maxReadLength,
    seed,
  };
}

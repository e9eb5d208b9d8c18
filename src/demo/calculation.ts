// The skills that need no knowledge: counting letters, reversing words, and arithmetic.
import { type Answer, counted, type Skill } from './skill.ts';

const small = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const inWords = (n: number): string => small[n] ?? String(n);

const quotes = '["\'“”‘’`*]';
const word = `(?:the\\s+)?(?:word\\s+|name\\s+)?${quotes}*([\\p{L}-]+)`;
// "how many r's are in strawberry", "how often does the letter R appear in the word 'strawberry'"
const letterQuestion = new RegExp(
  `how (?:many|often)\\s+(?:times\\s+)?(?:(?:does|do|is|the|letters?)\\s+)*${quotes}*(\\p{L})${quotes}*s?${quotes}*` +
    `\\s+(?:\\p{L}+\\s+){0,4}?in\\s+${word}`,
  'iu',
);
const lengthQuestion = new RegExp(
  `how (?:many letters|long)\\s+(?:\\p{L}+\\s+){0,3}?(?:in|is)\\s+(?:the word\\s+|${quotes})${quotes}*([\\p{L}-]+)`,
  'iu',
);
const reverseRequest = new RegExp(
  `\\breverse\\s+${word}|\\b(?:spell|write|say)\\s+${word}${quotes}*\\s+backwards?`,
  'iu',
);

/** Counts how often a letter is in a word. */
export const countLetter: Skill = ({ question }) => {
  const [, letter, inWord] = letterQuestion.exec(question) ?? [];
  if (letter === undefined || inWord === undefined) return undefined;
  const letters = [...inWord];
  const isMatch = (other: string): boolean => other.toLowerCase() === letter.toLowerCase();
  const positions = letters.flatMap((other, index) => (isMatch(other) ? [index + 1] : []));
  const total = `${inWords(positions.length)} ${letter}${positions.length === 1 ? '' : "'s"}`;
  const verb = positions.length === 1 ? 'is' : 'are';
  const found =
    positions.length === 0
      ? 'nowhere in it'
      : `${positions.length === 1 ? 'place' : 'places'} ${positions.join(', ')}`;
  const spelled = letters.map((other) => (isMatch(other) ? `**${other}**` : other)).join(' · ');
  return {
    brief: `There ${verb} ${total} in "${inWord}". I really counted, letter by letter.`,
    long:
      `Let me really count instead of guessing:\n\n> ${spelled}\n\n` +
      `- letters in the word: ${letters.length}\n- **${letter}** found: ${found}\n\n` +
      `So there ${verb} **${total}** in "${inWord}".`,
  };
};

/** Counts the letters of a word. */
export const measureWord: Skill = ({ question }) => {
  const [, measured] = lengthQuestion.exec(question) ?? [];
  if (measured === undefined) return undefined;
  const letters = [...measured].filter((letter) => letter !== '-');
  const total = counted(letters.length, 'letter');
  const distinct = new Set(letters.map((letter) => letter.toLowerCase())).size;
  return {
    brief: `"${measured}" has ${total}.`,
    long: `I counted them one by one:\n\n> ${letters.join(' · ')}\n\n"${measured}" has **${total}**, ${distinct} of them different.`,
  };
};

/** Reverses a word. */
export const reverseWord: Skill = ({ question }) => {
  const [, reverse, spell] = reverseRequest.exec(question) ?? [];
  const forwards = reverse ?? spell;
  if (forwards === undefined) return undefined;
  const backwards = [...forwards].reverse().join('');
  const isPalindrome = backwards.toLowerCase() === forwards.toLowerCase();
  return {
    brief: `"${forwards}" backwards is "${backwards}".${isPalindrome ? ' A palindrome!' : ''}`,
    long:
      `With pleasure. I take the letters from the end:\n\n1. forwards: \`${forwards}\`\n2. backwards: \`${backwards}\`\n\n` +
      (isPalindrome
        ? 'The same both ways: you found a **palindrome**.'
        : 'Try a palindrome next: I would notice.'),
  };
};

function result(a: number, sign: string, b: number): number | undefined {
  if (sign === '+') return a + b;
  if (sign === '-' || sign === '−') return a - b;
  if (sign === '/' || sign === '÷') return b === 0 ? undefined : a / b;
  return a * b;
}

/** Computes with two numbers, but only if the message asks for it: a date or a version looks like a sum, too. */
export const compute: Skill = ({ question }): Answer | undefined => {
  const number = String.raw`(-?\d{1,9}(?:\.\d{1,6})?)`;
  const sum = new RegExp(String.raw`(?<![\d./-])${number}\s*([-−+*x×/÷])\s*${number}(?![./-]?\d)`, 'i');
  const [, left = '', sign = '', right = ''] = sum.exec(question) ?? [];
  const isAsked = /^[^\p{L}]*(?:x[^\p{L}]*)?$|\b(?:what|how much|calculate|compute|solve)\b|=/iu.test(
    question,
  );
  if (sign === '' || !isAsked) return undefined;
  const value = result(Number(left), sign, Number(right));
  if (value === undefined) {
    const brief = 'Nothing can be divided by zero, not even by a demo.';
    return { brief, long: `**Careful!** ${brief} With any other divisor I will gladly compute it.` };
  }
  const shown = `${left} ${sign} ${right} = ${Number(value.toPrecision(12))}`;
  return {
    brief: `${shown}.`,
    long: `Sums are among the few things that I truly can do:\n\n    ${shown}\n\nThat is computed and not remembered, so you may trust it.`,
  };
};

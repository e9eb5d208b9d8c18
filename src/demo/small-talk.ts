// The polite skills, and the fallback, which answers what no other skill could.
import type { DemoConversation } from './conversation.ts';
import { type Answer, counted, type Skill, shortened } from './skill.ts';

const abilities: [string, ...string[]] = [
  "How many r's are in strawberry?",
  'What is 12 × 34?',
  'My name is Ada.',
  'What did I ask first?',
];
const asList = (lines: string[]): string => lines.map((line) => `- *${line}*`).join('\n');

/** Picks the same choice for the same conversation, and spreads different ones evenly (FNV-1a). */
function pick<T>(choices: readonly [T, ...T[]], { question, replyNumber, seed }: DemoConversation): T {
  let hash = 0x811c9dc5;
  for (const character of `${question}\n${replyNumber}\n${seed}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return choices[hash % choices.length] ?? choices[0];
}

/** Says what the demo is. */
export const introduce: Skill = ({ question }) => {
  if (
    !/\b(?:who|what) are you\b|\bare you (?:a |an )?(?:real|human|person|bot|ai|robot|gpt|llm|language model)/i.test(
      question,
    )
  ) {
    return undefined;
  }
  return {
    brief: 'A small program in Afterword that stands in for a language model until you set MODEL_BASE_URL.',
    long:
      'There is no neural network in here: just a **few hundred lines of code** that count, compute, and read our conversation.\n\n' +
      'To talk to a real model, set `MODEL_BASE_URL` and `MODELS` to any OpenAI-compatible server, and start Afterword again.',
  };
};

/** Suggests what to try. */
export const help: Skill = ({ question }) => {
  if (
    !/^\W*help\W*$|\bwhat can you (?:do|answer)\b|\bwhat (?:should|can|could) i (?:ask|say|try)\b/i.test(
      question,
    )
  ) {
    return undefined;
  }
  return {
    brief: 'I count letters, do sums, turn words around, and remember what you tell me.',
    long: `I do little, but I do it for real. Try one of these:\n\n${asList(abilities)}\n\nThen **rate my reply**: that is what Afterword is for.`,
  };
};

/** Returns a greeting. */
export const greet: Skill = (conversation) => {
  const { question, name, replyNumber } = conversation;
  if (!/^\W*(?:hi|hello|hey|hallo|good (?:morning|afternoon|evening)|greetings)\b[^?]{0,30}$/i.test(question))
    return undefined;
  const hello = `${replyNumber > 1 ? 'Hello again' : pick(['Hello', 'Hi', 'Welcome'], conversation)}${name === undefined ? '' : `, ${name}`}!`;
  return {
    brief: `${hello} Ask me how many r's are in strawberry.`,
    long: `${hello} Lovely that you are here. A few things that work well with me:\n\n${asList(abilities)}`,
  };
};

/** Accepts thanks, and points to the feedback that Afterword is about. */
export const acceptThanks: Skill = ({ question }) => {
  if (!/^\W*(?:thanks|thank you|thx|great|perfect|nice|well done|good job|cool)\b[^?]{0,40}$/i.test(question))
    return undefined;
  return {
    brief: 'You are welcome. A like on that reply would go into the log.',
    long: 'You are **very** welcome! If a reply was good, give it a like: the rating goes into the log, and the dashboard counts it at once.',
  };
};

/** Accepts criticism: the demo doesn't argue, it asks for a correction. */
export const acceptCriticism: Skill = ({ question }) => {
  if (
    !/^\W*(?:no\b(?! idea)|wrong\b|that(?:'s|’s| is) (?:wrong|not|false|incorrect)|you(?:'re|’re| are) (?:wrong|mistaken))/i.test(
      question,
    )
  ) {
    return undefined;
  }
  return {
    brief: 'Then I stand corrected. Dislike that reply and write down what it should have been.',
    long:
      'You may well be right, and I cannot argue. What helps more:\n\n1. give that reply a **dislike**,\n' +
      '2. write the **correction**.\n\nBoth go into the log, and later into the training data of a better model than me.',
  };
};

function statistics({ question, isCut, earlierQuestions }: DemoConversation): string {
  const words = question.split(/\s+/);
  const bare = words.map((word) => word.replace(/[^\p{L}\p{N}'-]/gu, ''));
  const longest = bare.reduce((a, b) => (b.length > a.length ? b : a), '');
  const size = `${counted(words.length, 'word')}** and ${counted([...question].length, 'character')}`;
  const lines = [
    isCut ? `I read only the beginning, which has **${size},` : `it has **${size},`,
    ...(longest === '' ? [] : [`its longest word is **${shortened(longest, 40)}**,`]),
    `it is message number ${earlierQuestions.length + 1} of our conversation.`,
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

/** Answers everything else: repeats the question, and admits not to know the answer. */
export const admitIgnorance = (conversation: DemoConversation): Answer => {
  const { question } = conversation;
  if (question === '') {
    return {
      brief: 'You have not asked anything yet.',
      long: 'I am **all ears**, but there is no question yet. What would you like to ask?',
    };
  }
  const isQuestion = question.includes('?');
  const quoted = `"${shortened(question)}"`;
  const hint = pick(abilities, conversation);
  const opening = pick(
    isQuestion
      ? [
          'A good question, and a real model would have an answer',
          'I would love to know that, too',
          'That is beyond me',
        ]
      : ['I have read it with care', 'Thank you for telling me', 'I am listening'],
    conversation,
  );
  return {
    brief: `You ${isQuestion ? 'asked' : 'wrote'}: ${quoted}${/[.!?…]"$/.test(quoted) ? '' : '.'} I know nothing of the world, so I won't make something up. Try: ${hint}`,
    long:
      `${opening}.\n\n> ${shortened(question)}\n\nI know nothing of the world, so I won't make something up. ` +
      `What I can say of it, because I counted:\n\n${statistics(conversation)}\n\nTry me with this: *${hint}*`,
  };
};

// The skills that read the conversation: the facts that the user stated, and the questions before.
import { nameIn } from './conversation.ts';
import { counted, type Skill, shortened } from './skill.ts';

/** Acknowledges a name or a fact. */
export const takeNote: Skill = ({ question, newFacts }) => {
  const name = nameIn(question);
  const facts = [...newFacts].map(([subject, value]) =>
    subject === 'home' ? `you live in ${value}` : `your ${subject}: ${value}`,
  );
  if (name === undefined && facts.length === 0) return undefined;
  const noted = facts.length === 0 ? '' : `Noted, ${facts.join('; ')}. `;
  return {
    brief: `${name === undefined ? '' : `Nice to meet you, ${name}. `}${noted}Ask me about it later.`,
    long:
      `${name === undefined ? '' : `Nice to meet you, **${name}**! `}${noted}I will know it until this conversation ends, ` +
      'since all of it is sent to me with every message. Put me to the test, if you like.',
  };
};

/** Repeats the user's name, if it was stated. */
export const recallName: Skill = ({ question, name }) => {
  if (!/\bmy name\b|\bwho am i\b/i.test(question) || nameIn(question) !== undefined) return undefined;
  if (name === undefined) {
    const brief = 'You have not told me your name yet.';
    return { brief, long: `${brief} Write *My name is …* and I will know it from then on.` };
  }
  return {
    brief: `Your name is ${name}; you told me so.`,
    long: `You are **${name}**! I read it in what you wrote earlier, so it is memory and no magic.`,
  };
};

/** Repeats what "my …" is, if it was stated. */
export const recallFact: Skill = ({ question, facts }) => {
  const [, subject] =
    /\bwh(?:at|o)(?:'s|’s| is| are| was)\s+my\s+([\p{L}][\p{L}'’ -]{1,30}?)\s*\??$/iu.exec(question) ?? [];
  const topic = /\bwhere do i live\b/i.test(question) ? 'home' : subject?.toLowerCase();
  if (topic === undefined) return undefined;
  const fact = facts.get(topic);
  const about = topic === 'home' ? 'where you live' : `what your ${topic} is`;
  if (fact === undefined) {
    const brief = `You have not told me ${about}.`;
    return {
      brief,
      long: `I went through this conversation from the top. ${brief} Tell me now, and ask again!`,
    };
  }
  const brief = topic === 'home' ? `You live in ${fact}.` : `You told me: your ${topic} is ${fact}.`;
  return { brief, long: `I looked it up in what you wrote. ${brief.replace(fact, `**${fact}**`)}` };
};

/** Counts the messages that the user has sent. */
export const countMessages: Skill = ({ question, earlierQuestions }) => {
  if (!/how many (?:messages|questions|turns|things)\b.*\b(?:i|we|this|so far)\b/i.test(question))
    return undefined;
  const total = counted(earlierQuestions.length + 1, 'message');
  const brief = `You have sent me ${total}, with this one.`;
  const first = Math.max(0, earlierQuestions.length - 9);
  const list = [...earlierQuestions, question]
    .slice(first)
    .map((text, index) => `${first + index + 1}. ${shortened(text, 60)}`);
  return {
    brief,
    long: `Let me look back:\n\n${list.join('\n')}\n\nThat makes **${total}**, with this one.`,
  };
};

/** Quotes what the user wrote before, or first of all. */
export const quoteEarlier: Skill = ({ question, earlierQuestions }) => {
  const isAsked =
    /\bwhat (?:did i|have i|was my|were my)\b.*\b(?:say|said|ask|asked|tell|told|wr\w+|question|message)/i;
  if (!isAsked.test(question)) return undefined;
  const isFirst = /\bfirst\b/i.test(question);
  const earlier = earlierQuestions.at(isFirst ? 0 : -1);
  if (earlier === undefined) {
    const brief = 'Nothing before this: it is your first message.';
    return { brief, long: `${brief} Ask again after a few more, and I will quote you word for word.` };
  }
  return {
    brief: `${isFirst ? 'First' : 'Just before this'} you wrote: "${shortened(earlier)}"`,
    long: `${isFirst ? 'First of all' : 'Just before this'} you wrote:\n\n> ${shortened(earlier)}\n\nNothing gets lost here: Afterword keeps every message in its log.`,
  };
};

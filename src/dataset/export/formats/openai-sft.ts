// Chat fine-tuning as OpenAI takes it: whole conversations, in which weight 0 on an assistant's message says that it
// is not to be learnt (https://platform.openai.com/docs/guides/supervised-fine-tuning).

import { threadDrafts } from '../threads.ts';
import { anyTurn, type Format, lineSchema, turnSchema } from './format.ts';

const weighted = turnSchema(['assistant'], { weight: { enum: [0, 1] } });

export const openaiSft: Format = {
  label: 'Fine-tuning, for OpenAI',
  summary: 'threads for OpenAI’s fine-tuning, with weight 0 on disliked replies',
  schema: lineSchema('OpenAI chat', {
    messages: {
      type: 'array',
      items: { anyOf: [anyTurn, weighted] },
      minItems: 2,
      contains: turnSchema(['assistant']),
    },
  }),
  holdsUsernames: false,
  isLabelled: false,
  records({ snapshot }, recipe, tally) {
    // A disliked reply stays as what was said, and is not learnt.
    const whole = { ...recipe, replies: 'all' } as const;
    return threadDrafts(snapshot, { recipe: whole, tally }, ({ turns }) => {
      const messages = turns.map(({ isDisliked, ...turn }) => (isDisliked ? { ...turn, weight: 0 } : turn));
      const hasLesson = messages.some((turn) => turn.role === 'assistant' && !('weight' in turn));
      return hasLesson ? { messages } : undefined;
    });
  },
};

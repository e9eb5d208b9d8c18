// Chat fine-tuning as OpenAI accepts it: whole conversations, in which weight 0 on a reply says not to learn from it
// (https://platform.openai.com/docs/guides/supervised-fine-tuning).
import { threadRecords } from '../threads.ts';
import { anyMessage, type Format, lineSchema, messageSchema } from './format.ts';

const weightedReply = messageSchema(['assistant'], { weight: { enum: [0, 1] } });

export const openaiSft: Format = {
  label: 'Fine-tuning, for OpenAI',
  summary: 'threads for OpenAI’s fine-tuning, with weight 0 on disliked replies',
  schema: lineSchema('OpenAI chat', {
    messages: {
      type: 'array',
      items: { anyOf: [anyMessage, weightedReply] },
      minItems: 2,
      contains: messageSchema(['assistant']),
    },
  }),
  holdsUsernames: false,
  isLabelled: false,
  records({ snapshot }, recipe, counts) {
    // A disliked reply stays as context for the replies after it, and has weight 0.
    const allReplies = { ...recipe, replies: 'all' } as const;
    return threadRecords(snapshot, { recipe: allReplies, counts }, (thread) => {
      const messages = thread.messages.map(({ isDisliked, ...message }) =>
        isDisliked ? { ...message, weight: 0 } : message,
      );
      const canTeach = messages.some((message) => message.role === 'assistant' && !('weight' in message));
      return canTeach ? { messages } : undefined;
    });
  },
};

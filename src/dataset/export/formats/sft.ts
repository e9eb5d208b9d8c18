// SFT: conversations as they should have gone. TRL calls it language modelling, in its conversational form
// (https://huggingface.co/docs/trl/dataset_formats#language-modeling).
import { threadRecords } from '../threads.ts';
import { type Format, lineSchema, threadSchema } from './format.ts';

export const sft: Format = {
  label: 'SFT: good conversations, for TRL',
  summary: 'threads with corrections in place, for TRL’s SFTTrainer: messages',
  schema: lineSchema('SFT', { messages: threadSchema }),
  holdsUsernames: false,
  isLabelled: false,
  records({ snapshot }, recipe, counts) {
    return threadRecords(snapshot, { recipe, counts }, ({ messages }) => ({
      messages: messages.map(({ role, content }) => ({ role, content })),
    }));
  },
};

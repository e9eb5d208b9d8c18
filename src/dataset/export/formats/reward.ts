// Reward modelling: two whole conversations, the better and the worse. TRL calls it preference with an implicit
// prompt (https://huggingface.co/docs/trl/dataset_formats#preference, https://huggingface.co/docs/trl/reward_trainer).
import { pairsIn } from '../pairs.ts';
import { pairRecord } from './dpo.ts';
import { type Format, lineSchema, threadSchema } from './format.ts';

export const reward: Format = {
  label: 'Reward model: entire conversations, for TRL',
  summary: 'pairs of whole conversations for TRL’s RewardTrainer: chosen, rejected',
  schema: lineSchema('Reward', { chosen: threadSchema, rejected: threadSchema }),
  holdsUsernames: false,
  isLabelled: false,
  records({ snapshot }, recipe, counts) {
    return pairsIn(snapshot, recipe, counts).map((pair) =>
      pairRecord(pair, {
        chosen: [...pair.prompt, { role: 'assistant', content: pair.chosen }],
        rejected: [...pair.prompt, { role: 'assistant', content: pair.rejected }],
      }),
    );
  },
};

// DPO: the better and the worse of two replies to one prompt. TRL calls it preference, with an explicit prompt and in
// its conversational form (https://huggingface.co/docs/trl/dataset_formats#preference).
import { type Pair, pairsIn } from '../pairs.ts';
import type { ExportRecord } from '../record.ts';
import { type Format, lineSchema, promptSchema, replySchema } from './format.ts';

/** The record of a pair, whose value depends on the format. */
export function pairRecord(pair: Pair, value: ExportRecord['value']): ExportRecord {
  const { from, model, messageIds, authors } = pair;
  return { value, from, model, messageIds, authors };
}

export const dpo: Format = {
  label: 'DPO: chosen and rejected replies, for TRL',
  summary: 'pairs of replies for TRL’s DPOTrainer: prompt, chosen, rejected',
  schema: lineSchema('DPO', { prompt: promptSchema, chosen: replySchema, rejected: replySchema }),
  holdsUsernames: false,
  isLabelled: false,
  records({ snapshot }, recipe, counts) {
    return pairsIn(snapshot, recipe, counts).map((pair) =>
      pairRecord(pair, {
        prompt: pair.prompt,
        chosen: [{ role: 'assistant', content: pair.chosen }],
        rejected: [{ role: 'assistant', content: pair.rejected }],
      }),
    );
  },
};

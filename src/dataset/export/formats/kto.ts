// KTO: single replies, each good or bad. TRL calls it unpaired preference, in its conversational form
// (https://huggingface.co/docs/trl/dataset_formats#unpaired-preference, https://huggingface.co/docs/trl/kto_trainer).

import { isChosen, isTeachable, modelOf, promptBefore, promptProblem } from '../chat-messages.ts';
import type { ExportRecord } from '../record.ts';
import { resolveConflict, votesOn } from '../votes.ts';
import { type Format, lineSchema, promptSchema, replySchema } from './format.ts';

export const kto: Format = {
  label: 'KTO: likes and dislikes, for TRL',
  summary: 'rated replies for TRL’s KTOTrainer: prompt, completion, label',
  schema: lineSchema('KTO', { prompt: promptSchema, completion: replySchema, label: { type: 'boolean' } }),
  holdsUsernames: false,
  isLabelled: true,
  records({ snapshot }, recipe, tally) {
    return snapshot.messages.flatMap((message): ExportRecord[] => {
      if (!isTeachable(message, recipe) || !isChosen(snapshot, message, recipe)) return [];
      const voices = votesOn(message, recipe);
      if (voices.length === 0) return [];
      const yes = voices.filter(({ isLike }) => isLike).length;
      const labels = resolveConflict({ yes, no: voices.length - yes }, recipe.conflict, tally);
      const prompt = promptBefore(snapshot, message, recipe);
      return labels.flatMap((label): ExportRecord[] => {
        const behind = voices.filter(({ isLike }) => isLike === label);
        const isAgreed = behind.length >= (recipe['min-raters'] ?? 1);
        const problem = promptProblem(prompt) ?? (isAgreed ? undefined : 'tooFewRaters');
        if (problem !== undefined) {
          tally.skipped[problem] += 1;
          return [];
        }
        return [
          {
            value: { prompt, completion: [{ role: 'assistant', content: message.content }], label },
            from: behind.some(({ from }) => from === 'rating') ? 'rating' : 'score',
            model: modelOf(snapshot, message),
            messageIds: [message.id],
            authors: behind.map(({ author }) => author),
            label,
          },
        ];
      });
    });
  },
};

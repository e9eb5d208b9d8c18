// KTO: single replies, each good or bad. TRL calls it unpaired preference, in its conversational form
// (https://huggingface.co/docs/trl/dataset_formats#unpaired-preference, https://huggingface.co/docs/trl/kto_trainer).
import { isSelected, isTeachable, modelIdOf, promptBefore, promptProblem } from '../chat-messages.ts';
import type { ExportRecord } from '../record.ts';
import { resolveConflict, votesOn } from '../votes.ts';
import { type Format, lineSchema, promptSchema, replySchema } from './format.ts';

export const kto: Format = {
  label: 'KTO: likes and dislikes, for TRL',
  summary: 'rated replies for TRL’s KTOTrainer: prompt, completion, label',
  schema: lineSchema('KTO', { prompt: promptSchema, completion: replySchema, label: { type: 'boolean' } }),
  holdsUsernames: false,
  isLabelled: true,
  records({ snapshot }, recipe, counts) {
    return snapshot.messages.flatMap((message): ExportRecord[] => {
      if (!isTeachable(message, recipe) || !isSelected(snapshot, message, recipe)) return [];
      const votes = votesOn(message, recipe);
      if (votes.length === 0) return [];
      const yes = votes.filter(({ isLike }) => isLike).length;
      const labels = resolveConflict({ yes, no: votes.length - yes }, recipe.conflict, counts);
      const prompt = promptBefore(snapshot, message, recipe);
      return labels.flatMap((label): ExportRecord[] => {
        const supporting = votes.filter(({ isLike }) => isLike === label);
        const hasEnough = supporting.length >= (recipe['min-raters'] ?? 1);
        const problem = promptProblem(prompt) ?? (hasEnough ? undefined : 'tooFewRaters');
        if (problem !== undefined) {
          counts.skipped[problem] += 1;
          return [];
        }
        return [
          {
            value: { prompt, completion: [{ role: 'assistant', content: message.content }], label },
            from: supporting.some(({ from }) => from === 'rating') ? 'rating' : 'score',
            model: modelIdOf(snapshot, message),
            messageIds: [message.id],
            authors: supporting.map(({ author }) => author),
            label,
          },
        ];
      });
    });
  },
};

// Preference fine-tuning as OpenAI accepts it: one prompt, a preferred and a non-preferred output of one message each
// (https://platform.openai.com/docs/guides/direct-preference-optimization). The keys end in _output; an older
// description of the API says _completion, and is wrong.
import { pairsIn } from '../pairs.ts';
import { pairRecord } from './dpo.ts';
import { type Format, lineSchema, promptSchema, replySchema } from './format.ts';

const input = {
  type: 'object',
  properties: {
    messages: promptSchema,
    tools: { type: 'array', maxItems: 0 },
    parallel_tool_calls: { const: true },
  },
  required: ['messages', 'tools', 'parallel_tool_calls'],
  additionalProperties: false,
};

export const openaiDpo: Format = {
  label: 'Preferences, for OpenAI',
  summary: 'pairs of replies for OpenAI’s preference fine-tuning',
  schema: lineSchema('OpenAI preference', {
    input,
    preferred_output: replySchema,
    non_preferred_output: replySchema,
  }),
  holdsUsernames: false,
  isLabelled: false,
  records({ snapshot }, recipe, counts) {
    return pairsIn(snapshot, recipe, counts).map((pair) =>
      pairRecord(pair, {
        input: { messages: pair.prompt, tools: [], parallel_tool_calls: true },
        preferred_output: [{ role: 'assistant', content: pair.chosen }],
        non_preferred_output: [{ role: 'assistant', content: pair.rejected }],
      }),
    );
  },
};

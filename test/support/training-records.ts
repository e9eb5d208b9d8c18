// Records of every format that is exported and imported, as fast-check draws them: what exports may write.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { isUlid } from '../../src/log/identifier.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Fresh in each run, however often a record is drawn: a log takes an id once. */
export const freshId = (): string => {
  const id = `01${[...randomBytes(24)].map((byte) => alphabet.charAt(byte % 32)).join('')}`;
  if (!isUlid(id)) throw new Error(`${id} is no ULID.`);
  return id;
};

export const text = fc
  .oneof(
    fc.constantFrom('How many?', ' spaces ', 'two\nlines', '“3” – \\u0041', '{"a": [1]}', '\u2028'),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  )
  .filter((drawn) => drawn.trim() !== '' && !drawn.includes('\0'));

const user = text.map((content) => ({ role: 'user', content }));
const reply = text.map((content) => ({ role: 'assistant', content }));
const system = fc
  .option(text.map((content) => ({ role: 'system', content })))
  .map((one) => (one ? [one] : []));

/** At most one text of the system, then user and assistant in turns; the user has the last word. */
const prompt = fc
  .tuple(system, fc.array(fc.tuple(user, reply), { maxLength: 2 }), user)
  .map(([first, rounds, last]) => [...first, ...rounds.flat(), last]);

const kto = fc
  .tuple(prompt, reply, fc.boolean())
  .map(([before, completion, label]) => ({ prompt: before, completion: [completion], label }));

const pair = fc
  .tuple(prompt, reply, reply)
  .filter(([, better, worse]) => better.content !== worse.content)
  .map(([before, better, worse]) => ({ prompt: before, chosen: [better], rejected: [worse] }));

const sft = fc.tuple(prompt, reply).map(([before, last]) => ({ messages: [...before, last] }));

/** Some replies are not to be learnt; at least one is. */
const openaiSft = fc
  .tuple(sft, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .map(([{ messages }, unwanted]) => ({
    messages: messages.map((one, index) =>
      one.role === 'assistant' && unwanted[index % 4] === true ? { ...one, weight: 0 } : one,
    ),
  }))
  .filter(({ messages }) => messages.some((one) => one.role === 'assistant' && !('weight' in one)));

export const records = {
  kto,
  dpo: pair,
  reward: pair.map(({ prompt: before, chosen, rejected }) => ({
    chosen: [...before, ...chosen],
    rejected: [...before, ...rejected],
  })),
  sft,
  'openai-sft': openaiSft,
  'openai-dpo': pair.map(({ prompt: messages, chosen, rejected }) => ({
    input: { messages, tools: [], parallel_tool_calls: true },
    preferred_output: chosen,
    non_preferred_output: rejected,
  })),
} satisfies Record<string, fc.Arbitrary<object>>;

// Records of every format that is exported and imported, as fast-check draws them: what exports may write.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { isUlid } from '../../src/lib/ulid.ts';

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

const maybe = <Value>(drawn: fc.Arbitrary<Value>) => fc.option(drawn, { freq: 2 });
const name = fc.constantFrom('ada', 'eve', 'grace');
const instant = fc
  .date({ min: new Date('2024-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const object = fc.dictionary(
  fc.constantFrom('source', 'nested'),
  fc.constantFrom('web', 7, null, [1, { deep: true }]),
  { maxKeys: 2 },
);
const said = {
  rating: maybe(fc.constantFrom('like', 'dislike')),
  score: maybe(fc.constantFrom(0, 0.25, 1)),
  comment: maybe(text),
  tags: fc.uniqueArray(fc.constantFrom('wrong', 'rude'), { maxLength: 2 }),
  updatedAt: instant,
};
const isSaid = ({ tags, updatedAt: _, ...others }: { tags: string[]; [name: string]: unknown }) =>
  tags.length > 0 || Object.values(others).some((field) => field !== null);

/** One record of an author and a source. */
const authored = <Fields>(fields: fc.Arbitrary<Fields>) =>
  fc.uniqueArray(
    fc.tuple(fc.record({ username: name, source: fc.constantFrom('end_user', 'reviewer', 'judge') }), fields),
    { maxLength: 2, selector: ([{ username, source }]) => `${source} ${username}` },
  );
const impressions = authored(fc.record(said).filter(isSaid)).map((all) =>
  all.map(([author, fields]) => ({ ...author, ...fields })),
);
const feedback = authored(fc.record({ ...said, correction: maybe(text) }).filter(isSaid));

const ending = fc.oneof(
  fc.constant({
    reasoning: null,
    status: 'complete',
    error: null,
    finishReason: null,
    usage: null,
    timings: null,
  }),
  fc.record({
    reasoning: maybe(text),
    status: fc.constantFrom('complete', 'stopped', 'interrupted', 'failed'),
    error: maybe(text),
    finishReason: maybe(fc.constantFrom('stop', 'length')),
    usage: maybe(fc.constant({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 })),
    timings: maybe(fc.constant({ first_token_ms: null, total_ms: 12.5 })),
  }),
);
const generated = fc.record({
  content: text,
  model: maybe(fc.constantFrom('zephyr', 'other')),
  parameters: maybe(fc.constant({ temperature: 0.5, stop: ['\n'] })),
  metadata: object,
  createdAt: instant,
  feedback,
  ending,
});

/** How a prompt was answered: by siblings, of which an author may have chosen one. */
const round = fc.record({
  prompt: text,
  createdAt: instant,
  metadata: object,
  replies: fc.array(generated, { minLength: 1, maxLength: 3 }),
  choice: fc.constantFrom('preferredOver', 'tiedWith', undefined),
});
type Round = typeof round extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const written = { reasoning: null, status: 'complete', error: null, model: null, parameters: null };
const unmeasured = { finishReason: null, usage: null, timings: null };
const nothing = {
  ...{ rating: null, score: null, comment: null, tags: [], correction: null },
  updatedAt: '2025-06-01T00:00:00.000Z',
};

function messagesOf(rounds: readonly Round[]): { id: string }[] {
  let parentId: string | null = null;
  return rounds.flatMap(({ prompt: content, createdAt, metadata, replies, choice }) => {
    const id = freshId();
    const ids = replies.map(() => freshId());
    const rejected = choice === undefined ? [] : ids.slice(1);
    const asked = {
      id,
      parentId,
      role: 'user',
      content,
      ...written,
      ...unmeasured,
      metadata,
      createdAt,
      feedback: [],
    };
    parentId = ids.at(0) ?? null;
    const answers = replies.map(({ ending: end, feedback: given, ...reply }, index) => {
      const chose = { username: 'chooser', source: 'end_user', ...nothing, preferredOver: [], tiedWith: [] };
      const all = given.map(([author, fields]) => ({
        ...author,
        ...fields,
        preferredOver: [],
        tiedWith: [],
      }));
      const choices = index === 0 && choice && rejected.length > 0 ? [{ ...chose, [choice]: rejected }] : [];
      return {
        id: ids[index] ?? '',
        parentId: id,
        role: 'assistant',
        ...reply,
        ...end,
        feedback: [...all, ...choices],
      };
    });
    return [asked, ...answers];
  });
}

/** Whole conversations of the topic, with ids that are fresh in each run. */
export const conversation = fc
  .record({
    topic: fc.constant('fruit'),
    model: fc.record({ id: fc.constantFrom('zephyr', 'unknown'), metadata: object }),
    username: name,
    title: maybe(text),
    metadata: object,
    startedAt: instant,
    endedAt: maybe(instant),
    feedback: impressions,
    rounds: fc.array(round, { maxLength: 3 }),
  })
  .map(({ rounds, ...fields }) => ({ id: freshId(), ...fields, messages: messagesOf(rounds) }));

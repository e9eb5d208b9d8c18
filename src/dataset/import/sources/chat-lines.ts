// Reads what trainers read: the formats kto, dpo, reward, sft, openai-sft and openai-dpo, as exports write them, and as
// others do (https://huggingface.co/docs/trl/dataset_formats, https://platform.openai.com/docs/guides/fine-tuning).
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import type { ImportedConversation, ImportedMessage } from '../imported-conversation.ts';
import { readJsonLine } from '../parse/json-line.ts';
import { type LooseTurn, messageOf, othersIn, replyOf, turns } from './chat-messages.ts';

const ktoLine = z.looseObject({
  prompt: turns,
  completion: turns,
  label: z.boolean('must be true or false'),
});
const pairLine = z.looseObject({ prompt: turns.optional(), chosen: turns, rejected: turns });
const preferenceLine = z.looseObject({
  input: z.looseObject({ messages: turns }),
  preferred_output: turns,
  non_preferred_output: turns,
});
const threadLine = z
  .looseObject({ messages: turns.optional(), prompt: turns.optional(), completion: turns.optional() })
  .refine(
    ({ messages, prompt, completion }) =>
      messages === undefined
        ? prompt !== undefined && completion !== undefined
        : prompt === undefined && completion === undefined,
    'must hold messages, or prompt and completion, as lists of {role, content}',
  );

type Read = { captured: ImportedConversation; canonical: string };

/** A format whose lines speak for themselves: what a line is, and the conversation that it shows. */
function readerOf<Schema extends z.ZodType>(
  schema: Schema,
  capture: (record: z.output<Schema>) => ImportedConversation,
): (line: string) => Read {
  return (line) => {
    const { record, canonical } = readJsonLine(schema, line);
    return { captured: capture(record), canonical };
  };
}

/** Its label is a rating of the reply. */
function captureKto({
  prompt,
  completion,
  label,
  ...others
}: z.output<typeof ktoLine>): ImportedConversation {
  const messages = [...prompt.map(messageOf), replyOf('completion', completion)];
  return {
    messages,
    feedback: [{ message: messages.length - 1, rating: label ? 'like' : 'dislike' }],
    others: othersIn(others),
  };
}

function noPreference(): AppError {
  return new AppError('INVALID_INPUT', 'The two replies are the same: neither is better.');
}

/** The two replies are siblings, and the better one is preferred. */
function capturePair(
  prompt: readonly LooseTurn[],
  { better, worse }: { better: ImportedMessage; worse: ImportedMessage },
  others: object,
): ImportedConversation {
  if (prompt.length === 0) {
    throw new AppError('INVALID_INPUT', 'There is no prompt: the two replies answer nothing.');
  }
  if (better.content === worse.content) {
    throw noPreference();
  }
  const index = prompt.length;
  return {
    messages: [...prompt.map(messageOf), better, { ...worse, parent: index - 1 }],
    feedback: [{ message: index, preferredOver: [index + 1] }],
    others: othersIn(others),
  };
}

const repliesOf = (chosen: readonly LooseTurn[], rejected: readonly LooseTurn[]) => ({
  better: replyOf('The chosen reply', chosen),
  worse: replyOf('The rejected reply', rejected),
});

/** How many messages both begin with: the prompt, where it stands in both. */
function sharedLength(chosen: readonly LooseTurn[], rejected: readonly LooseTurn[]): number {
  const isShared = (one: LooseTurn, index: number) =>
    one.role === rejected[index]?.role && one.content === rejected[index]?.content;
  const end = chosen.findIndex((one, index) => !isShared(one, index));
  return end === -1 ? chosen.length : end;
}

/** With its prompt beside the replies, or, as reward models take it, within both. */
function capturePairLine({
  prompt,
  chosen,
  rejected,
  ...others
}: z.output<typeof pairLine>): ImportedConversation {
  if (prompt !== undefined) return capturePair(prompt, repliesOf(chosen, rejected), others);
  const shared = sharedLength(chosen, rejected);
  if (shared === chosen.length && shared === rejected.length) throw noPreference();
  return capturePair(
    chosen.slice(0, shared),
    repliesOf(chosen.slice(shared), rejected.slice(shared)),
    others,
  );
}

function capturePreference(record: z.output<typeof preferenceLine>): ImportedConversation {
  const { input, preferred_output, non_preferred_output, ...others } = record;
  const { messages, tools, parallel_tool_calls, ...more } = input;
  const hasTools = Array.isArray(tools) && tools.length > 0;
  return capturePair(messages, repliesOf(preferred_output, non_preferred_output), {
    ...others,
    ...more,
    ...(hasTools && { tools, parallel_tool_calls }),
  });
}

function captureThread({
  messages,
  prompt = [],
  completion = [],
  ...others
}: z.output<typeof threadLine>): ImportedConversation {
  const all = messages ?? [...prompt, ...completion];
  // Not to be learnt: the one way in which a fine-tuning file says that a reply is bad.
  const isUnwanted = (one: LooseTurn) => one.role === 'assistant' && one.weight === 0;
  return {
    messages: all.map((one) => {
      const { weight, ...kept } = one;
      return messageOf(isUnwanted(one) ? kept : one);
    }),
    feedback: all.flatMap((one, message) =>
      isUnwanted(one) ? [{ message, rating: 'dislike' as const }] : [],
    ),
    others: othersIn(others),
  };
}

const thread = readerOf(threadLine, captureThread);
const pair = readerOf(pairLine, capturePairLine);

/** By the names that they have in exports. */
export const chatFormats = {
  sft: thread,
  'openai-sft': thread,
  kto: readerOf(ktoLine, captureKto),
  dpo: pair,
  reward: pair,
  'openai-dpo': readerOf(preferenceLine, capturePreference),
};

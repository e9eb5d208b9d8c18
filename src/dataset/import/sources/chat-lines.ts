// Reads the formats of trainers (kto, dpo, reward, sft, openai-sft and openai-dpo), as exports and other tools write them
// (https://huggingface.co/docs/trl/dataset_formats, https://platform.openai.com/docs/guides/fine-tuning).
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import type { ImportedConversation, ImportedMessage } from '../imported-conversation.ts';
import { readJsonLine } from '../parse/json-line.ts';
import { chatMessages, type LooseChatMessage, messageOf, othersIn, replyOf } from './chat-messages.ts';

const ktoLine = z.looseObject({
  prompt: chatMessages,
  completion: chatMessages,
  label: z.boolean('must be true or false'),
});
const pairLine = z.looseObject({
  prompt: chatMessages.optional(),
  chosen: chatMessages,
  rejected: chatMessages,
});
const preferenceLine = z.looseObject({
  input: z.looseObject({ messages: chatMessages }),
  preferred_output: chatMessages,
  non_preferred_output: chatMessages,
});
const threadLine = z
  .looseObject({
    messages: chatMessages.optional(),
    prompt: chatMessages.optional(),
    completion: chatMessages.optional(),
  })
  .refine(
    ({ messages, prompt, completion }) =>
      messages === undefined
        ? prompt !== undefined && completion !== undefined
        : prompt === undefined && completion === undefined,
    'must contain messages, or prompt and completion, as lists of {role, content}',
  );

type ReadLine = { imported: ImportedConversation; canonical: string };

/** Reads the lines of a format by their schema. */
function readerOf<Schema extends z.ZodType>(
  schema: Schema,
  toConversation: (record: z.output<Schema>) => ImportedConversation,
): (line: string) => ReadLine {
  return (line) => {
    const { record, canonical } = readJsonLine(schema, line);
    return { imported: toConversation(record), canonical };
  };
}

/** The label becomes a rating of the reply. */
function fromKto({ prompt, completion, label, ...others }: z.output<typeof ktoLine>): ImportedConversation {
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

/** The two replies become siblings, of which the better one is preferred. */
function fromPair(
  prompt: readonly LooseChatMessage[],
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

const repliesOf = (chosen: readonly LooseChatMessage[], rejected: readonly LooseChatMessage[]) => ({
  better: replyOf('The chosen reply', chosen),
  worse: replyOf('The rejected reply', rejected),
});

/** How many messages both lists begin with: the prompt, if both contain it. */
function sharedLength(chosen: readonly LooseChatMessage[], rejected: readonly LooseChatMessage[]): number {
  const isShared = ({ role, content }: LooseChatMessage, index: number) =>
    role === rejected[index]?.role && content === rejected[index]?.content;
  const end = chosen.findIndex((message, index) => !isShared(message, index));
  return end === -1 ? chosen.length : end;
}

/** The prompt is beside the replies (DPO), or at the start of both (reward models). */
function fromPairLine({ prompt, chosen, rejected, ...others }: z.output<typeof pairLine>) {
  if (prompt !== undefined) return fromPair(prompt, repliesOf(chosen, rejected), others);
  const length = sharedLength(chosen, rejected);
  if (length === chosen.length && length === rejected.length) throw noPreference();
  return fromPair(chosen.slice(0, length), repliesOf(chosen.slice(length), rejected.slice(length)), others);
}

function fromPreference(record: z.output<typeof preferenceLine>): ImportedConversation {
  const { input, preferred_output, non_preferred_output, ...others } = record;
  const { messages, tools, parallel_tool_calls, ...otherInput } = input;
  const hasTools = Array.isArray(tools) && tools.length > 0;
  return fromPair(messages, repliesOf(preferred_output, non_preferred_output), {
    ...others,
    ...otherInput,
    ...(hasTools && { tools, parallel_tool_calls }),
  });
}

/** Weight 0 becomes a dislike: it is the only way in which a fine-tuning file says that a reply is bad. */
function fromThread({
  messages,
  prompt = [],
  completion = [],
  ...others
}: z.output<typeof threadLine>): ImportedConversation {
  const all = messages ?? [...prompt, ...completion];
  const isUnwanted = ({ role, weight }: LooseChatMessage) => role === 'assistant' && weight === 0;
  return {
    messages: all.map((message) => {
      const { weight, ...unweighted } = message;
      return messageOf(isUnwanted(message) ? unweighted : message);
    }),
    feedback: all.flatMap((message, index) =>
      isUnwanted(message) ? [{ message: index, rating: 'dislike' as const }] : [],
    ),
    others: othersIn(others),
  };
}

const thread = readerOf(threadLine, fromThread);
const pair = readerOf(pairLine, fromPairLine);

/** By the names that exports give them. */
export const chatFormats = {
  sft: thread,
  'openai-sft': thread,
  kto: readerOf(ktoLine, fromKto),
  dpo: pair,
  reward: pair,
  'openai-dpo': readerOf(preferenceLine, fromPreference),
};

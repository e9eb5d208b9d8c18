// Reads the lines of trainers: what exports write in the formats kto, dpo, reward, sft, openai-sft and openai-dpo, and
// what others wrote in them.
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Role } from '../log/event.ts';
import { type Captured, type CapturedMessage, toEntry } from './captured.ts';
import { readLines } from './lines.ts';
import { Occurrences } from './occurrences.ts';
import type { Literal } from './python-literal.ts';
import { readByLine, type Source, type SourceOptions } from './source.ts';

const part = z.object({ type: z.literal('text'), text: z.string() });
const content = z.union(
  [z.string(), z.array(part).transform((all) => all.map(({ text }) => text).join(''))],
  {
    error: 'must be a text, or a list of parts that are texts',
  },
);
const roles: Record<string, Role> = {
  system: 'system',
  // What newer models of OpenAI call it.
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};
const role = z.string().transform((name, context): Role => {
  const known = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (known !== undefined) return known;
  context.addIssue({
    code: 'custom',
    message: `must be system, user or assistant, not ${JSON.stringify(name)}`,
  });
  return z.NEVER;
});

const turn = z.looseObject({ role, content });
const turns = z.array(turn).min(1, 'must have a message');
type LooseTurn = z.output<typeof turn>;

const ktoLine = z.looseObject({ prompt: turns, completion: turns, label: z.boolean() });
const pairLine = z.looseObject({ prompt: turns.optional(), chosen: turns, rejected: turns });
const threadLine = z.union(
  [z.looseObject({ messages: turns }), z.looseObject({ prompt: turns, completion: turns })],
  {
    error: 'must hold messages, or prompt and completion, as lists of {role, content}',
  },
);
const preferenceLine = z.looseObject({
  input: z.looseObject({ messages: turns }),
  preferred_output: turns,
  non_preferred_output: turns,
});

/** What JSON.parse makes; it has no other values. */
const literal = z.record(
  z.string(),
  z.custom<Literal>(() => true),
);

function parseLine<Schema extends z.ZodType>(schema: Schema, line: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AppError(
      'INVALID_INPUT',
      `The line is no JSON: ${error instanceof Error ? error.message : error}.`,
    );
  }
  const { data, error } = schema.safeParse(value);
  const issue = error?.issues[0];
  if (issue === undefined && data !== undefined) return data;
  const path = issue?.path.join('.') ?? '';
  throw new AppError('INVALID_INPUT', `${path === '' ? 'The line' : path}: ${issue?.message}.`);
}

function messageOf({ role: name, content: text, ...others }: LooseTurn): CapturedMessage {
  const metadata = literal.parse(others);
  return { role: name, content: text, ...(Object.keys(metadata).length > 0 && { metadata }) };
}

function singleReply(name: string, given: readonly LooseTurn[]): CapturedMessage {
  const [reply, ...more] = given;
  if (reply?.role === 'assistant' && more.length === 0) return messageOf(reply);
  throw new AppError('INVALID_INPUT', `${name} must be one message of the assistant.`);
}

function readKto(line: string): Captured {
  const { prompt, completion, label, ...others } = parseLine(ktoLine, line);
  const messages = [...prompt.map(messageOf), singleReply('completion', completion)];
  const rating = label ? 'like' : 'dislike';
  return {
    messages,
    feedback: [{ message: messages.length - 1, rating }],
    others: literal.parse(others),
  };
}

type Pair = { prompt: LooseTurn[]; chosen: LooseTurn[]; rejected: LooseTurn[]; others: object };

function capturePair({ prompt, chosen, rejected, others }: Pair): Captured {
  const better = singleReply('The chosen reply', chosen);
  const worse = singleReply('The rejected reply', rejected);
  if (better.content === worse.content) {
    throw new AppError('INVALID_INPUT', 'The two replies are the same: neither is better.');
  }
  if (prompt.length === 0) throw new AppError('INVALID_INPUT', 'There is no prompt before the two replies.');
  const index = prompt.length;
  return {
    messages: [...prompt.map(messageOf), better, { ...worse, parent: index - 1 }],
    feedback: [{ message: index, preferredOver: [index + 1] }],
    others: literal.parse(others),
  };
}

/** With its prompt beside it, or, as reward models take it, within both conversations. */
function readPair(line: string): Captured {
  const { prompt, chosen, rejected, ...others } = parseLine(pairLine, line);
  if (prompt !== undefined) return capturePair({ prompt, chosen, rejected, others });
  const isShared = (one: LooseTurn, index: number) =>
    one.role === rejected[index]?.role && one.content === rejected[index]?.content;
  const end = chosen.findIndex((one, index) => !isShared(one, index));
  const shared = end === -1 ? chosen.length : end;
  return capturePair({
    prompt: chosen.slice(0, shared),
    chosen: chosen.slice(shared),
    rejected: rejected.slice(shared),
    others,
  });
}

function readPreference(line: string): Captured {
  const { input, preferred_output, non_preferred_output, ...others } = parseLine(preferenceLine, line);
  const { messages, tools, parallel_tool_calls, ...more } = input;
  const hasTools = Array.isArray(tools) && tools.length > 0;
  return capturePair({
    prompt: messages,
    chosen: preferred_output,
    rejected: non_preferred_output,
    others: { ...others, ...more, ...(hasTools && { tools, parallel_tool_calls }) },
  });
}

function readThread(line: string): Captured {
  const parsed = parseLine(threadLine, line);
  const { messages, prompt, completion, ...others } = {
    messages: undefined,
    prompt: undefined,
    completion: undefined,
    ...parsed,
  };
  const all = turns.parse(messages ?? [...turns.parse(prompt), ...turns.parse(completion)]);
  // Not to be learnt: the one way in which a fine-tuning file says that a reply is bad.
  const isUnwanted = (one: LooseTurn) => one.role === 'assistant' && one.weight === 0;
  return {
    messages: all.map(({ weight, ...one }) => messageOf(one)),
    feedback: all.flatMap((one, message) =>
      isUnwanted(one) ? [{ message, rating: 'dislike' as const }] : [],
    ),
    others: literal.parse(others),
  };
}

function readerOf(parse: (line: string) => Captured) {
  return (chunks: AsyncIterable<Buffer>, options: SourceOptions): Source => {
    const lines = new Occurrences();
    return readByLine(readLines(chunks), (line) => toEntry(parse(line), line, { ...options, lines }));
  };
}

/** By the names of the formats. */
export const chatReaders = {
  kto: readerOf(readKto),
  dpo: readerOf(readPair),
  reward: readerOf(readPair),
  sft: readerOf(readThread),
  'openai-sft': readerOf(readThread),
  'openai-dpo': readerOf(readPreference),
};

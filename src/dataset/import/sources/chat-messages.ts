// Messages as files of training data write them: a role and a text, and whatever else stands beside.
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import type { Role } from '../../../log/event.ts';
import type { ImportedMessage } from '../imported-conversation.ts';
import type { Literal } from '../parse/python-literal.ts';

const part = z.object({ type: z.literal('text'), text: z.string() });
const content = z.union(
  [z.string(), z.array(part).transform((all) => all.map(({ text }) => text).join(''))],
  'must be a text, or a list of parts that are texts',
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
  const message = `must be system, user or assistant, not ${JSON.stringify(name.slice(0, 60))}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const turn = z.looseObject({ role, content }, 'must be an object with role and content');
export const turns = z
  .array(turn, 'must be a list of messages, {role, content}')
  .min(1, 'must have a message');
export type LooseTurn = z.output<typeof turn>;

/** What JSON.parse makes; it has no other values. */
const literals = z.record(
  z.string(),
  z.custom<Literal>((value) => value !== undefined),
);

/** Fields that a loose schema let through. */
export function othersIn(fields: object): Record<string, Literal> {
  return literals.parse(fields);
}

export function messageOf({ role: name, content: text, ...others }: LooseTurn): ImportedMessage {
  return { role: name, content: text, others: othersIn(others) };
}

/** @throws AppError INVALID_INPUT where it is not one reply */
export function replyOf(name: string, given: readonly LooseTurn[]): ImportedMessage {
  const [reply, ...more] = given;
  if (reply?.role === 'assistant' && more.length === 0) return messageOf(reply);
  throw new AppError('INVALID_INPUT', `${name} must be one message of the assistant.`);
}

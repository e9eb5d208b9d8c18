// Messages as files of training data have them: a role, a text, and any other fields.
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import type { Role } from '../../../log/event.ts';
import type { ImportedMessage } from '../imported-conversation.ts';
import type { JsonValue } from '../parse/json-line.ts';

const part = z.object({ type: z.literal('text'), text: z.string() });
const content = z.union(
  [z.string(), z.array(part).transform((parts) => parts.map(({ text }) => text).join(''))],
  'must be a text, or a list of parts that are texts',
);

const rolesByName: Record<string, Role> = {
  system: 'system',
  // The name of the system role for newer models of OpenAI.
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};
const role = z.string().transform((name, context): Role => {
  const found = Object.hasOwn(rolesByName, name) ? rolesByName[name] : undefined;
  if (found !== undefined) return found;
  const message = `must be system, user or assistant, not ${JSON.stringify(name.slice(0, 60))}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const chatMessage = z.looseObject({ role, content }, 'must be an object with role and content');
export const chatMessages = z
  .array(chatMessage, 'must be a list of messages, {role, content}')
  .min(1, 'must contain at least one message');
export type LooseChatMessage = z.output<typeof chatMessage>;

/** JSON.parse makes no other values than these. */
const jsonValues = z.record(
  z.string(),
  z.custom<JsonValue>((value) => value !== undefined),
);

/** Types the fields that a loose schema passed on. */
export function othersIn(fields: object): Record<string, JsonValue> {
  return jsonValues.parse(fields);
}

export function messageOf({ role: name, content: text, ...others }: LooseChatMessage): ImportedMessage {
  return { role: name, content: text, others: othersIn(others) };
}

/** @throws AppError INVALID_INPUT unless the messages are exactly one reply */
export function replyOf(name: string, messages: readonly LooseChatMessage[]): ImportedMessage {
  const [reply, ...more] = messages;
  if (reply?.role === 'assistant' && more.length === 0) return messageOf(reply);
  throw new AppError('INVALID_INPUT', `${name} must be exactly one message, of the assistant.`);
}

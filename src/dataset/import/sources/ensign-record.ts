// Parses a line of the Python reference, as its consumer prints events or as JSON, into a record with named fields.
// ensign.ts makes events of the records.
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { addMessageSchema, roleSchema } from '../../../log/event.ts';
import { type JsonValue, parseJson } from '../parse/json-line.ts';
import { parsePythonLiteral } from '../parse/python-literal.ts';

/** An optional field: the reference writes "" if it isn't set. Null counts as unset too, except where it withdraws. */
function settable<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional());
}

const idError = 'must be a non-empty text, or a whole number';
const id = z.union([z.string().min(1, idError), z.int()], idError).transform(String);
const timestamp = settable(addMessageSchema.shape.timestamp);
const object = z.custom<Record<string, JsonValue>>(isObject, 'must be an object');

const startSchema = z.object({
  id,
  model: settable(z.union([z.string(), object], { error: 'must be a text or an object' })),
  username: settable(z.string()),
  messages: settable(z.array(object)),
  timestamp,
});

const messageSchema = z.object({
  id,
  conversation_id: settable(id),
  role: roleSchema,
  content: z.string(),
  rating: z.unknown().optional(),
  feedback: z.string().nullish(),
  timestamp,
});

const addSchema = messageSchema.extend({ conversation_id: id });
const updateSchema = addSchema
  .pick({ id: true, conversation_id: true, rating: true, feedback: true })
  .extend({ username: settable(z.string()) });
const endSchema = z.object({ id, timestamp });

/** The fields of the schema, and under `others` all other fields. */
type WithOthers<Schema extends z.ZodObject> = z.output<Schema> & { others: Record<string, JsonValue> };
export type MessageRecord = WithOthers<typeof messageSchema>;
export type UpdateRecord = WithOthers<typeof updateSchema>;
export type StartRecord = Omit<WithOthers<typeof startSchema>, 'messages'> & { messages: MessageRecord[] };
export type EnsignRecord =
  | ({ type: 'start_conversation' } & StartRecord)
  | ({ type: 'add_message' } & WithOthers<typeof addSchema>)
  | ({ type: 'update_message' } & UpdateRecord)
  | ({ type: 'end_conversation' } & WithOthers<typeof endSchema>);

function isObject(value: unknown): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function read<Schema extends z.ZodObject>(
  schema: Schema,
  fields: Record<string, JsonValue>,
): WithOthers<Schema> {
  const { data, error } = schema.safeParse(fields);
  const issue = error?.issues[0];
  if (issue !== undefined || data === undefined) {
    const [name = ''] = issue?.path ?? [];
    const found = Object.hasOwn(fields, name) ? `it is ${shorten(fields[String(name)])}` : 'it is missing';
    throw new AppError('INVALID_INPUT', `${issue?.path.join('.')}: ${issue?.message}; ${found}.`);
  }
  const others = Object.entries(fields).filter(
    ([name, value]) => !Object.hasOwn(schema.shape, name) && value !== '',
  );
  return { ...data, others: Object.fromEntries(others) };
}

function parseLine(line: string): { type: unknown; data: unknown } {
  if (line.startsWith('{')) {
    const value = parseJson(line);
    return isObject(value) ? { type: value.type, data: value.data } : { type: undefined, data: undefined };
  }
  const head = /^(\w+)\s+v[\d.]+\s+/.exec(line);
  if (head !== null) return { type: head[1], data: parsePythonLiteral(line, head[0].length) };
  throw new AppError(
    'INVALID_INPUT',
    `${shorten(line)} is not an event: give a type, a version such as v0.0.0 and a Python dict, or JSON with type and data.`,
  );
}

/** @throws AppError INVALID_INPUT that names what can't be read, and where it is */
export function parseEnsignLine(line: string): EnsignRecord {
  const { type, data } = parseLine(line);
  if (!isObject(data)) {
    throw new AppError('INVALID_INPUT', `The data of an event must be an object, not ${shorten(data)}.`);
  }
  const name = typeof type === 'string' ? type.toLowerCase() : type;
  switch (name) {
    case 'start_conversation': {
      const start = read(startSchema, data);
      const messages = (start.messages ?? []).map((message) => read(messageSchema, message));
      return { type: name, ...start, messages };
    }
    case 'add_message':
      return { type: name, ...read(addSchema, data) };
    case 'update_message':
      return { type: name, ...read(updateSchema, data) };
    case 'end_conversation':
      return { type: name, ...read(endSchema, data) };
    default:
      throw new AppError(
        'INVALID_INPUT',
        `${shorten(type)} is not a type of event: use start_conversation, add_message, update_message or end_conversation.`,
      );
  }
}

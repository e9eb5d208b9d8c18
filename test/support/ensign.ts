// Lines as the Python reference's consumer prints them, and the same as JSON.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Fields = Record<string, Value>;

export const strawberryPath = fileURLToPath(new URL('../../examples/strawberry-events.txt', import.meta.url));
/** The five events of the reference about the letters in strawberry. */
export const strawberry = await readFile(strawberryPath, 'utf8');

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

function reprOfText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(/(?! )[\p{C}\p{Z}]/gu, escapeCharacter);
  return `${quote}${escaped}${quote}`;
}

function reprOfNumber(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  // Beyond that, as a float, so that it is a number still.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return value.toExponential();
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Python's repr of a value. @param brackets those of a list, or of a tuple */
export function repr(value: Value, brackets: '[]' | '()' = '[]'): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return reprOfNumber(value);
  if (typeof value === 'string') return reprOfText(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => repr(item, brackets));
    const single = items.length === 1 && brackets === '()' ? ',' : '';
    return `${brackets[0]}${items.join(', ')}${single}${brackets[1]}`;
  }
  return `{${Object.entries(value)
    .map(([key, inner]) => `${reprOfText(key)}: ${repr(inner, brackets)}`)
    .join(', ')}}`;
}

export type Said = {
  type: 'start_conversation' | 'add_message' | 'update_message' | 'end_conversation';
  data: Fields;
};

export const printed = ({ type, data }: Said): string => `${type} v0.0.0 ${repr(data)}`;
export const asJson = ({ type, data }: Said): string => JSON.stringify({ type, data, offset: 239 });

export const started = (id: string, fields: Fields = {}): Said => ({
  type: 'start_conversation',
  data: { id, model: { id: 'zephyr', metadata: {} }, messages: [], ...fields },
});

/** As the reference writes it: what isn't set is "". */
export const added = (conversation: string, id: string, fields: Fields = {}): Said => ({
  type: 'add_message',
  data: {
    id,
    conversation_id: conversation,
    role: 'assistant',
    content: `says ${id}`,
    rating: '',
    feedback: '',
    timestamp: '2024-09-13T18:11:48.123456',
    ...fields,
  },
});

export const updated = (conversation: string, id: string, fields: Fields): Said => ({
  type: 'update_message',
  data: { id, conversation_id: conversation, rating: '', feedback: '', ...fields },
});

export const ended = (id: string, fields: Fields = {}): Said => ({
  type: 'end_conversation',
  data: { id, ...fields },
});

// Lines of the reference that can't be read, and the errors that they cause.
import { expect, it } from 'vitest';
import { createEnsignReader } from '../../../../src/dataset/import/sources/ensign.ts';
import { added, printed, started, updated } from '../../../support/ensign.ts';
import { options } from '../../../support/ensign-reader.ts';

const idRule = 'must be a non-empty text, or a whole number';
const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

it.each([
  ['"hello" is not an event: give a type, a version such as v0.0.0 and a Python dict, or JSON', 'hello'],
  ['"add_message {}" is not an event', 'add_message {}'],
  ['"rate" is not a type of event: use start_conversation, ', "rate v0.0.0 {'id': 1}"],
  ['undefined is not a type of event', '{"data": {}}'],
  ['Column 27: "nan}" is not a value that can be read.', "add_message v0.0.0 {'id': nan}"],
  ['The record is not JSON: ', '{"type": "add_message", "data"'],
  [
    'The record is nested more than 100 levels deep.',
    `{"type": "end_conversation", "data": {"id": "c", "x": ${deep}}}`,
  ],
  ['The data of an event must be an object, not ["id"].', "add_message v0.0.0 ['id']"],
  ['The data of an event must be an object, not undefined.', '{"type": "add_message"}'],
  [`id: ${idRule}; it is "".`, "end_conversation v0.0.0 {'id': ''}"],
  [`id: ${idRule}; it is missing.`, 'end_conversation v0.0.0 {}'],
  [`conversation_id: ${idRule}; it is missing.`, "update_message v0.0.0 {'id': '1', 'rating': 'like'}"],
  ['one of "system"|"user"|"assistant"; it is "tool".', printed(added('c', '1', { role: 'tool' }))],
  ['content: Invalid input: ', printed(added('c', '1', { content: null }))],
  [
    'content has 1001 bytes, and the maximum is 1000: shorten it.',
    printed(added('c', '1', { content: 'x'.repeat(1_001) })),
  ],
  ['content contains a NUL character (U+0000)', printed(added('c', '1', { content: 'a\0b' }))],
  ['content contains half of a surrogate pair', printed(added('c', '1', { content: '\ud800' }))],
  ['metadata contains a NUL character', printed(added('c', '1', { odd: 'a\0b' }))],
  ['timestamp: Invalid ISO datetime; it is "now".', printed(added('c', '1', { timestamp: 'now' }))],
  ['timestamp: ', printed(added('c', '1', { timestamp: '2024-02-30T00:00:00' }))],
  ['feedback has 1001 bytes', printed(updated('c', '1', { feedback: 'x'.repeat(1_001) }))],
  ['feedback: Invalid input', printed(updated('c', '1', { feedback: 5 }))],
  ['username has 201 bytes', printed(updated('c', '1', { rating: 1, username: 'x'.repeat(201) }))],
  ['username: Invalid input', printed(started('c', { username: 5 }))],
  ['model: must be a text or an object; it is 5.', printed(started('c', { model: 5 }))],
  ['model.id must be a text, not 5.', printed(started('c', { model: { id: 5 } }))],
  ['messages.0: must be an object; it is ["hello"].', printed(started('c', { messages: ['hello'] }))],
  ['content: Invalid input', printed(started('c', { messages: [{ id: 1, role: 'user' }] }))],
])('%s', (reason, line) => {
  expect(() => createEnsignReader(options)(line)).toThrow(reason);
});

it('a long value is shortened in the error', () => {
  const line = printed(added('c', '1', { role: 'x'.repeat(100_000) }));
  expect(() => createEnsignReader(options)(line)).toThrow(/^role: .{50,150}x…\.$/);
});

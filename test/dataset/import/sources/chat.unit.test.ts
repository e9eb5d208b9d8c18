// The events of lines of training data, which are the same each time; and why a line is bad.
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/dataset/import/source.ts';
import { type ChatFormatName, createChatReader } from '../../../../src/dataset/import/sources/chat.ts';
import { isUlid } from '../../../../src/lib/ulid.ts';

const options = {
  topic: 'fruit',
  username: 'imported',
  utcOffset: '',
  maxMessageBytes: 100,
  now: () => new Date('2026-11-25T12:00:00Z'),
};
const user = { role: 'user', content: 'How many?' };
const good = { role: 'assistant', content: 'Three.' };
const bad = { role: 'assistant', content: 'Eleven.' };
const system = { role: 'system', content: 'Be brief.' };

const read = (name: ChatFormatName, record: unknown): Entry =>
  createChatReader(name, options)(JSON.stringify(record));
const readText = (name: ChatFormatName, text: string) => () => createChatReader(name, options)(text);

/** Events without the fields that are the same in all. Numbers stand for the ids of messages. */
function outline({ conversationId, events }: Entry): unknown[] {
  const ids = new Map<unknown, number>();
  const numberOf = (id: unknown) => {
    if (!ids.has(id)) ids.set(id, ids.size);
    return ids.get(id);
  };
  return events.map(({ type, payload }) => {
    if (type === 'START_CONVERSATION') return { type, ...payload, id: payload.id === conversationId };
    const { id, ...fields } = payload;
    if (type === 'ADD_MESSAGE') {
      const { role, content, parent_id, metadata } = payload;
      const parent = parent_id === null ? null : numberOf(parent_id);
      return { id: numberOf(id), role, content, parent, ...(metadata && { metadata }) };
    }
    const rejectedIds = 'preferred_over' in payload ? payload.preferred_over : undefined;
    const rejected = rejectedIds ? rejectedIds.map(numberOf) : undefined;
    return {
      ...fields,
      conversation_id: true,
      of: numberOf(id),
      ...(rejected && { preferred_over: rejected }),
    };
  });
}

const start = {
  type: 'START_CONVERSATION',
  id: true,
  model: { id: 'unknown', metadata: {} },
  username: 'imported',
  messages: [],
};
const feedback = { conversation_id: true, username: 'imported' };

describe('a line becomes a conversation', () => {
  it('with exactly these events for a KTO line', () => {
    const { conversationId, events } = read('kto', { prompt: [user], completion: [good], label: true });
    const [, first, second] = events.map(({ payload }) => payload.id);
    const added = {
      conversation_id: conversationId,
      rating: '',
      feedback: '',
      timestamp: '2026-11-25T12:00:00.000Z',
    };
    expect(events).toEqual([
      {
        id: expect.toSatisfy(isUlid),
        type: 'START_CONVERSATION',
        topic: 'fruit',
        conversationId,
        payload: {
          id: conversationId,
          model: { id: 'unknown', metadata: {} },
          username: 'imported',
          messages: [],
        },
      },
      {
        id: expect.toSatisfy(isUlid),
        type: 'ADD_MESSAGE',
        conversationId,
        payload: { id: first, ...added, ...user, parent_id: null },
      },
      {
        id: expect.toSatisfy(isUlid),
        type: 'ADD_MESSAGE',
        conversationId,
        payload: { id: second, ...added, ...good, parent_id: first },
      },
      {
        id: expect.toSatisfy(isUlid),
        type: 'UPDATE_MESSAGE',
        conversationId,
        payload: { id: second, conversation_id: conversationId, username: 'imported', rating: 'like' },
      },
    ]);
    const ids = new Set([...events.map(({ id }) => id), conversationId, first, second]);
    expect(ids.size).toBe(7);
  });

  it('with a dislike for the KTO label false', () => {
    expect(outline(read('kto', { prompt: [user], completion: [bad], label: false })).at(-1)).toEqual({
      ...feedback,
      of: 1,
      rating: 'dislike',
    });
  });

  it('with two siblings for a pair, of which the chosen one is preferred', () => {
    const expected = [
      start,
      { id: 0, ...system, parent: null },
      { id: 1, ...user, parent: 0 },
      { id: 2, ...good, parent: 1 },
      { id: 3, ...bad, parent: 1 },
      { ...feedback, of: 2, preferred_over: [3] },
    ];
    const prompt = [system, user];
    expect(outline(read('dpo', { prompt, chosen: [good], rejected: [bad] }))).toEqual(expected);
    const within = { chosen: [...prompt, good], rejected: [...prompt, bad] };
    expect(outline(read('reward', within))).toEqual(expected);
    expect(outline(read('dpo', within))).toEqual(expected);
    const preference = {
      input: { messages: prompt, tools: [], parallel_tool_calls: true },
      preferred_output: [good],
      non_preferred_output: [bad],
    };
    expect(outline(read('openai-dpo', preference))).toEqual(expected);
  });

  it('with messages in order, given as messages or as prompt and completion', () => {
    const expected = [start, { id: 0, ...user, parent: null }, { id: 1, ...good, parent: 0 }];
    expect(outline(read('sft', { messages: [user, good] }))).toEqual(expected);
    expect(outline(read('sft', { prompt: [user], completion: [good] }))).toEqual(expected);
  });

  it('with a dislike for weight 0, and metadata for any other weight', () => {
    const messages = [user, { ...bad, weight: 0 }, user, { ...good, weight: 1 }];
    expect(outline(read('openai-sft', { messages }))).toEqual([
      start,
      { id: 0, ...user, parent: null },
      { id: 1, ...bad, parent: 0 },
      { id: 2, ...user, parent: 1 },
      { id: 3, ...good, parent: 2, metadata: { weight: 1 } },
      { ...feedback, of: 1, rating: 'dislike' },
    ]);
  });

  it('with parts of text joined, and the role developer as system', () => {
    const parts = [
      { type: 'text', text: 'How ' },
      { type: 'text', text: 'many?' },
    ];
    const messages = [{ ...system, role: 'developer' }, { role: 'user', content: parts }, good];
    expect(outline(read('openai-sft', { messages }))).toMatchObject([start, system, user, good]);
  });

  it('with all other fields of the line as metadata', () => {
    const line = {
      messages: [{ ...user, name: 'ada' }, good],
      source: 'forum',
      tools: [{ type: 'function' }],
    };
    const [first, second] = outline(read('openai-sft', line));
    expect(first).toEqual({ ...start, metadata: { source: 'forum', tools: [{ type: 'function' }] } });
    expect(second).toMatchObject({ metadata: { name: 'ada' } });
    const { input, ...outputs } = {
      input: { messages: [user], tools: [1], parallel_tool_calls: true },
      preferred_output: [good],
      non_preferred_output: [bad],
    };
    expect(outline(read('openai-dpo', { input, ...outputs }))[0]).toMatchObject({
      metadata: { tools: [1], parallel_tool_calls: true },
    });
  });
});

it('integers beyond 2^53 become strings, with all their digits', () => {
  const text = JSON.stringify({ messages: [user, good], seed: 0 }).replace('0}', '12345678901234567890}');
  expect(outline(readText('sft', text)())[0]).toMatchObject({ metadata: { seed: '12345678901234567890' } });
});

describe('the ids of a line', () => {
  const line = { prompt: [user], completion: [{ ...good, content: 'Drei – “3”.' }], label: true };

  it('do not depend on whitespace and escapes', () => {
    const spaced = JSON.stringify(line, null, ' ').replaceAll('\n', '').replace('–', '\\u2013');
    expect(spaced).not.toBe(JSON.stringify(line));
    expect(readText('kto', spaced)()).toEqual(read('kto', line));
  });

  it('depend on the text, the topic, and how often the line occurred before in the file', () => {
    const reader = createChatReader('kto', options);
    const ids = [
      reader(JSON.stringify(line)),
      reader(JSON.stringify(line)),
      read('kto', { ...line, label: false }),
      createChatReader('kto', { ...options, topic: 'other' })(JSON.stringify(line)),
    ].flatMap(({ conversationId, events }) => [conversationId, ...events.map(({ id }) => id)]);
    expect(new Set(ids).size).toBe(20);
    const again = createChatReader('kto', options);
    expect(again(JSON.stringify(line)).conversationId).toBe(ids[0]);
    expect(again(JSON.stringify(line)).conversationId).toBe(ids[5]);
  });
});

describe('a line is bad', () => {
  const long = { ...good, content: 'x'.repeat(101) };
  const cases: [ChatFormatName, unknown, string][] = [
    ['sft', [], 'The record: Invalid input: expected object, received array.'],
    [
      'sft',
      { text: 'Hello.' },
      'The record: must contain messages, or prompt and completion, as lists of {role, content}.',
    ],
    ['sft', { messages: [] }, 'messages: must contain at least one message.'],
    ['sft', { messages: 'Hello.' }, 'messages: must be a list of messages, {role, content}.'],
    [
      'sft',
      { messages: [user], prompt: [user] },
      'The record: must contain messages, or prompt and completion, as lists of {role, content}.',
    ],
    ['sft', { messages: [user, 'Three.'] }, 'messages.1: must be an object with role and content.'],
    [
      'openai-sft',
      { messages: [{ ...user, role: 'tool' }] },
      'messages.0.role: must be system, user or assistant, not "tool".',
    ],
    [
      'openai-sft',
      { messages: [{ ...user, content: null }] },
      'messages.0.content: must be a text, or a list of parts that are texts.',
    ],
    [
      'openai-sft',
      { messages: [user, { ...good, content: ' ' }] },
      'The text of message 2 is empty: give a text that is not blank.',
    ],
    [
      'openai-sft',
      { messages: [user, long] },
      'The text of message 2 has 101 bytes, and the maximum is 100: shorten it.',
    ],
    [
      'openai-sft',
      { messages: [{ ...user, content: 'a\0' }] },
      'The text of message 1 contains a NUL character (U+0000): remove it.',
    ],
    ['kto', { prompt: [user], completion: [good] }, 'label: must be true or false.'],
    [
      'kto',
      { prompt: [user], completion: [user], label: true },
      'completion must be exactly one message, of the assistant.',
    ],
    [
      'kto',
      { prompt: [user], completion: [good, good], label: true },
      'completion must be exactly one message, of the assistant.',
    ],
    [
      'kto',
      { prompt: 'How many?', completion: 'Three.', label: true },
      'prompt: must be a list of messages, {role, content}.',
    ],
    [
      'dpo',
      { prompt: [user], chosen: [good], rejected: [good] },
      'The two replies are the same: neither is better.',
    ],
    [
      'dpo',
      { chosen: [user, good], rejected: [user, good] },
      'The two replies are the same: neither is better.',
    ],
    ['dpo', { chosen: [good], rejected: [bad] }, 'There is no prompt: the two replies answer nothing.'],
    ['dpo', { prompt: [user], chosen: [good] }, 'rejected: must be a list of messages, {role, content}.'],
    [
      'reward',
      { chosen: [user, good, user, good], rejected: [user, bad] },
      'The chosen reply must be exactly one message, of the assistant.',
    ],
    [
      'openai-dpo',
      { input: { messages: [user] }, preferred_output: [good] },
      'non_preferred_output: must be a list of messages, {role, content}.',
    ],
    [
      'sft',
      { messages: [user], metadata: { source: 1 }, source: 2 },
      'Two fields would become metadata.source: rename one of them.',
    ],
  ];
  it.each(cases)('%s %j', (name, record, reason) => {
    expect(() => read(name, record)).toThrow(expect.objectContaining({ message: reason }));
  });

  it('if it is not JSON, or nested too deep', () => {
    expect(readText('sft', '{"messages": [')).toThrow(/^The record is not JSON: /);
    const nested = `{"messages": ${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(readText('sft', nested)).toThrow('The record is nested more than 100 levels deep.');
  });
});

// The events of lines of the reference: conversations and messages, with their ids and timestamps.
import { describe, expect, it } from 'vitest';
import type { Entry, SourceOptions } from '../../../../src/dataset/import/source.ts';
import { createEnsignReader } from '../../../../src/dataset/import/sources/ensign.ts';
import { isUlid } from '../../../../src/lib/ulid.ts';
import {
  added,
  asJson,
  ended,
  printed,
  type Said,
  started,
  strawberry,
  updated,
  type Value,
} from '../../../support/ensign.ts';
import {
  entriesOf,
  eventsOf,
  lastFieldsOf,
  options,
  otherUlid,
  payloadsOf,
  ulid,
} from '../../../support/ensign-reader.ts';

it('reads the five events about strawberries', () => {
  const read = createEnsignReader(options);
  const events = strawberry
    .trim()
    .split('\n')
    .flatMap((line) => read(line).events);
  expect(events.map(({ type }) => type)).toEqual([
    'START_CONVERSATION',
    'ADD_MESSAGE',
    'ADD_MESSAGE',
    'UPDATE_MESSAGE',
    'UPDATE_MESSAGE',
  ]);
  const [start, prompt, reply, dislike, comment] = events.map(({ payload }) => payload);
  expect(start).toEqual({
    id: ulid,
    model: { id: 'HuggingFaceH4/zephyr-7b-beta', metadata: {} },
    username: 'imported',
    messages: [],
    timestamp: '2024-09-13T23:11:47.819Z',
  });
  expect(prompt).toEqual({
    id: expect.stringMatching(/^01J7PTGBKB/),
    conversation_id: ulid,
    role: 'user',
    content: "how many r's are in strawberry?",
    rating: '',
    feedback: '',
    timestamp: '2024-09-13T18:11:48',
    metadata: { ensign_id: '1' },
  });
  expect(reply).toMatchObject({ role: 'assistant', content: expect.stringContaining('word.\n\nNote that') });
  const ids = { id: reply?.id, conversation_id: ulid };
  expect(dislike).toEqual({ ...ids, rating: 'dislike' });
  expect(comment).toEqual({ ...ids, feedback: "There are three r's in strawberry" });
});

describe('ids', () => {
  it('that are ULIDs are unchanged', () => {
    const events = eventsOf(
      started(ulid),
      added(ulid, otherUlid),
      updated(ulid, otherUlid, { rating: 'like' }),
      ended(ulid),
    );
    expect(events.map(({ payload }) => payload.id)).toEqual([ulid, otherUlid, otherUlid, ulid]);
    expect(payloadsOf(started(ulid), added(ulid, otherUlid)).some((payload) => 'metadata' in payload)).toBe(
      false,
    );
  });

  it('of any other form become ULIDs, the same each time, and are kept as metadata', () => {
    const lines = [started('c 1'), added('c 1', '1'), updated('c 1', '1', { rating: 'like' }), ended('c 1')];
    const events = eventsOf(...lines);
    const [conversation, message] = events.map(({ payload }) => payload.id);
    expect(events.map(({ payload }) => payload.id)).toEqual([conversation, message, message, conversation]);
    expect(events.every(({ id, payload }) => isUlid(id) && isUlid(payload.id))).toBe(true);
    expect(new Set(events.map(({ id }) => id)).size).toBe(4);
    expect(events).toMatchObject([
      { payload: { metadata: { ensign_id: 'c 1' } } },
      { payload: { metadata: { ensign_id: '1' }, conversation_id: conversation } },
      { conversationId: conversation, payload: { conversation_id: conversation } },
      { conversationId: conversation },
    ]);
    expect(eventsOf(...lines)).toEqual(events);
  });

  it('of messages differ between conversations, and of conversations between topics', () => {
    const lines = [added('a', '1'), added('b', '1'), added(ulid, '1')];
    const inFruit = entriesOf(lines);
    const inOther = entriesOf(lines, { topic: 'other' });
    const messages = (entries: Entry[]) => entries.map(({ events }) => events[0]?.payload.id);
    expect(new Set([...messages(inFruit), ...messages(inOther)]).size).toBe(5);
    expect(messages(inFruit)[2]).toBe(messages(inOther)[2]);
    expect(inFruit[0]?.conversationId).not.toBe(inOther[0]?.conversationId);
  });

  it('may be numbers, which are equal to the same number as text', () => {
    const [number] = payloadsOf(added('7', 'x', { id: 1, conversation_id: 7 }));
    expect(number?.id).toBe(payloadsOf(added('7', '1'))[0]?.id);
  });

  it('of updates are derived from their content, and how often it occurred before', () => {
    const like = updated('c', '1', { rating: 'like' });
    const dislike = updated('c', '1', { rating: 'dislike' });
    const ids = eventsOf(like, dislike, like, updated('c', '2', { rating: 'like' }), like).map(
      ({ id }) => id,
    );
    expect(new Set(ids).size).toBe(5);
    expect(eventsOf(like, dislike, like).map(({ id }) => id)).toEqual(ids.slice(0, 3));
    // Other updates in between do not matter.
    expect(eventsOf(like, like).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  });
});

describe('conversations', () => {
  it.each<[Value, unknown]>([
    ['zephyr', { id: 'zephyr', metadata: {} }],
    [
      { id: 'zephyr', metadata: { size: 7 } },
      { id: 'zephyr', metadata: { size: 7 } },
    ],
    [
      { id: 'zephyr', size: 7 },
      { id: 'zephyr', metadata: { size: 7 } },
    ],
    [
      { id: 'zephyr', metadata: '' },
      { id: 'zephyr', metadata: {} },
    ],
    ['', { id: 'unknown', metadata: {} }],
    [null, { id: 'unknown', metadata: {} }],
    [
      { id: '', metadata: { size: 7 } },
      { id: 'unknown', metadata: { size: 7 } },
    ],
  ])('have the model %j', (model, expected) => {
    expect(lastFieldsOf(started(ulid, { model }))).toMatchObject({ model: expected });
  });

  it('belong to the user in the line, or to the user of the options', () => {
    expect(lastFieldsOf(started(ulid, { username: 'ada' }))).toMatchObject({ username: 'ada' });
    expect(lastFieldsOf(started(ulid, { username: '' }))).toMatchObject({ username: 'imported' });
  });

  it('contain messages, which become events of their own', () => {
    const { conversation_id: _conversation, ...first } = added('c', '1', { role: 'user' }).data;
    const second = added('c', '2', { rating: 0.5 }).data;
    const events = eventsOf(started('c', { messages: [first, second] }));
    const apart = eventsOf(started('c'), added('c', '1', { role: 'user' }), added('c', '2', { rating: 0.5 }));
    expect(events).toEqual(apart);
    expect(events.map(({ type }) => type)).toEqual([
      'START_CONVERSATION',
      'ADD_MESSAGE',
      'ADD_MESSAGE',
      'UPDATE_MESSAGE',
    ]);
    expect(() => eventsOf(started('c', { messages: [added('d', '1').data] }))).toThrow(
      'Message 1 belongs to another conversation.',
    );
  });

  it('are started by a message if nothing else has started them', () => {
    const entries = entriesOf([
      added('c', '1'),
      updated('c', '1', { rating: 'like' }),
      ended('c'),
      started('c'),
    ]);
    expect(entries.map(({ implicitStart }) => implicitStart !== undefined)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(entries[0]?.implicitStart?.()).toEqual({
      id: entries[3]?.events[0]?.id,
      type: 'START_CONVERSATION',
      topic: 'fruit',
      conversationId: entries[0]?.conversationId,
      payload: {
        id: entries[0]?.conversationId,
        model: { id: 'unknown', metadata: {} },
        username: 'imported',
        messages: [],
        timestamp: '2024-09-13T18:11:48.123456',
        metadata: { ensign_start: 'implicit', ensign_id: 'c' },
      },
    });
    expect(entriesOf([added(ulid, '1')])[0]?.implicitStart?.().payload.timestamp).toBe(
      '2024-09-13T23:11:47.819Z',
    );
  });
});

describe('times', () => {
  const timeOf = (line: Said, changed: Partial<SourceOptions> = {}) => {
    const payload = entriesOf([line], changed)[0]?.events[0]?.payload;
    return payload !== undefined && 'timestamp' in payload ? payload.timestamp : undefined;
  };

  it.each([
    '2024-09-13T18:11:48',
    '2024-09-13T18:11:48.123456',
    '2024-09-13T18:11:48.000001+00:00',
    '2024-09-13T18:11:48-05:00',
    '2024-09-13T18:11:48Z',
  ])('%s is unchanged', (timestamp) => {
    expect(timeOf(added('c', '1', { timestamp }))).toBe(timestamp);
    expect(timeOf(started(ulid, { timestamp }))).toBe(timestamp);
    expect(timeOf(ended('c', { timestamp }))).toBe(timestamp);
  });

  it('without a zone get the offset of the options', () => {
    const eastern = { utcOffset: '-05:00' };
    expect(timeOf(added('c', '1', { timestamp: '2024-09-13T18:11:48' }), eastern)).toBe(
      '2024-09-13T18:11:48-05:00',
    );
    expect(timeOf(added('c', '1', { timestamp: '2024-09-13T18:11:48Z' }), eastern)).toBe(
      '2024-09-13T18:11:48Z',
    );
    expect(timeOf(added('c', '1', { timestamp: '2024-09-13T18:11:48+01:00' }), eastern)).toBe(
      '2024-09-13T18:11:48+01:00',
    );
  });

  it('that are missing are taken from the conversation’s id, or are now', () => {
    expect(timeOf(started(ulid))).toBe('2024-09-13T23:11:47.819Z');
    expect(timeOf(added(ulid, '1', { timestamp: '' }))).toBe('2024-09-13T23:11:47.819Z');
    expect(timeOf(added('c', '1', { timestamp: '' }))).toBe('2026-11-23T10:00:00.000Z');
    expect(timeOf(started('c'))).toBeUndefined();
    expect(timeOf(ended(ulid))).toBeUndefined();
  });

  it('beyond the year 9999 are left out', () => {
    expect(timeOf(started('7ZZZZZZZZZZZZZZZZZZZZZZZZZ'))).toBeUndefined();
  });
});

it('reads types in upper and lower case, and JSON with additional fields', () => {
  const line = added('c', '1', { rating: 0.5 });
  const read = (text: string) => createEnsignReader(options)(text).events;
  expect(read(printed(line).replace('add_message', 'ADD_MESSAGE'))).toEqual(read(printed(line)));
  expect(read(asJson(line))).toEqual(read(printed(line)));
  expect(read(asJson(line).replace('add_message', 'Add_Message'))).toEqual(read(printed(line)));
});

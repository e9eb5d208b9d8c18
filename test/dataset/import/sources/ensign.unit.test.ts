// What lines of the reference come to in the log: conversations and messages, with their ids and times.
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
  options,
  otherUlid,
  payloadsOf,
  said,
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
  const place = { id: reply?.id, conversation_id: ulid };
  expect(dislike).toEqual({ ...place, rating: 'dislike' });
  expect(comment).toEqual({ ...place, feedback: "There are three r's in strawberry" });
});

describe('ids', () => {
  it('that are ULIDs stay', () => {
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

  it('that are others become ULIDs, the same each time, and are kept', () => {
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
    const here = entriesOf(lines);
    const there = entriesOf(lines, { topic: 'other' });
    const messages = (entries: Entry[]) => entries.map(({ events }) => events[0]?.payload.id);
    expect(new Set([...messages(here), ...messages(there)]).size).toBe(5);
    expect(messages(here)[2]).toBe(messages(there)[2]);
    expect(here[0]?.conversationId).not.toBe(there[0]?.conversationId);
  });

  it('may be numbers, and are the same as their text', () => {
    const [number] = payloadsOf(added('7', 'x', { id: 1, conversation_id: 7 }));
    expect(number?.id).toBe(payloadsOf(added('7', '1'))[0]?.id);
  });

  it('of updates follow from what is said, and from how often it was said before', () => {
    const like = updated('c', '1', { rating: 'like' });
    const dislike = updated('c', '1', { rating: 'dislike' });
    const ids = eventsOf(like, dislike, like, updated('c', '2', { rating: 'like' }), like).map(
      ({ id }) => id,
    );
    expect(new Set(ids).size).toBe(5);
    expect(eventsOf(like, dislike, like).map(({ id }) => id)).toEqual(ids.slice(0, 3));
    // What came between is no part of it.
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
    expect(said(started(ulid, { model }))).toMatchObject({ model: expected });
  });

  it('are of the user that they name, else of the one that was given', () => {
    expect(said(started(ulid, { username: 'ada' }))).toMatchObject({ username: 'ada' });
    expect(said(started(ulid, { username: '' }))).toMatchObject({ username: 'imported' });
  });

  it('bring the messages that stand in them', () => {
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
      'Message 1 is of another conversation.',
    );
  });

  it('are begun by a message where nothing else began them', () => {
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
  const timeOf = (line: Said, given: Partial<SourceOptions> = {}) => {
    const payload = entriesOf([line], given)[0]?.events[0]?.payload;
    return payload !== undefined && 'timestamp' in payload ? payload.timestamp : undefined;
  };

  it.each([
    '2024-09-13T18:11:48',
    '2024-09-13T18:11:48.123456',
    '2024-09-13T18:11:48.000001+00:00',
    '2024-09-13T18:11:48-05:00',
    '2024-09-13T18:11:48Z',
  ])('%s stays as it is', (timestamp) => {
    expect(timeOf(added('c', '1', { timestamp }))).toBe(timestamp);
    expect(timeOf(started(ulid, { timestamp }))).toBe(timestamp);
    expect(timeOf(ended('c', { timestamp }))).toBe(timestamp);
  });

  it('without a zone are local to the offset that is given', () => {
    const given = { utcOffset: '-05:00' };
    expect(timeOf(added('c', '1', { timestamp: '2024-09-13T18:11:48' }), given)).toBe(
      '2024-09-13T18:11:48-05:00',
    );
    expect(timeOf(added('c', '1', { timestamp: '2024-09-13T18:11:48Z' }), given)).toBe(
      '2024-09-13T18:11:48Z',
    );
    expect(timeOf(added('c', '1', { timestamp: '2024-09-13T18:11:48+01:00' }), given)).toBe(
      '2024-09-13T18:11:48+01:00',
    );
  });

  it('that are missing come from the conversation’s id, else they are now', () => {
    expect(timeOf(started(ulid))).toBe('2024-09-13T23:11:47.819Z');
    expect(timeOf(added(ulid, '1', { timestamp: '' }))).toBe('2024-09-13T23:11:47.819Z');
    expect(timeOf(added('c', '1', { timestamp: '' }))).toBe('2026-11-23T10:00:00.000Z');
    expect(timeOf(started('c'))).toBeUndefined();
    expect(timeOf(ended(ulid))).toBeUndefined();
  });

  it('that no calendar here writes are left out', () => {
    expect(timeOf(started('7ZZZZZZZZZZZZZZZZZZZZZZZZZ'))).toBeUndefined();
  });
});

it('reads types in any case, and JSON with other fields beside', () => {
  const said = added('c', '1', { rating: 0.5 });
  const read = (line: string) => createEnsignReader(options)(line).events;
  expect(read(printed(said).replace('add_message', 'ADD_MESSAGE'))).toEqual(read(printed(said)));
  expect(read(asJson(said))).toEqual(read(printed(said)));
  expect(read(asJson(said).replace('add_message', 'Add_Message'))).toEqual(read(printed(said)));
});

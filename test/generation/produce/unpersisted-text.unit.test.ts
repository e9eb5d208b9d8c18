import { describe, expect, it } from 'vitest';
import { createLiveReply } from '../../../src/generation/produce/live-reply.ts';
import {
  canDrop,
  findUnpersisted,
  markPersisted,
  type PersistedReply,
  trackReply,
  unpersistedLength,
} from '../../../src/generation/produce/unpersisted-text.ts';

function entryOf({ text = '', reasoning = '' }): PersistedReply {
  const reply = createLiveReply();
  if (text !== '') reply.append('text', text);
  if (reasoning !== '') reply.append('reasoning', reasoning);
  return trackReply(reply);
}

const shown = (pieces: ReturnType<typeof findUnpersisted>) =>
  pieces.map(({ messageId, channel, offset, text }) => [messageId, channel, offset, text]);

describe('text that is not stored', () => {
  it('is found for each channel that has some', () => {
    const entries = new Map([
      ['a', entryOf({ text: 'one', reasoning: 'hm' })],
      ['b', entryOf({})],
      ['c', entryOf({ text: 'two' })],
    ]);
    expect(shown(findUnpersisted(entries, 1_000))).toEqual([
      ['a', 'reasoning', 0, 'hm'],
      ['a', 'text', 0, 'one'],
      ['c', 'text', 0, 'two'],
    ]);
    expect(unpersistedLength(entries)).toBe(8);
  });

  it('is found again from the same offset, with what has come since, until it is marked as stored', () => {
    const entry = entryOf({ text: 'one, ' });
    const entries = new Map([['a', entry]]);
    const failed = findUnpersisted(entries, 1_000);
    entry.reply.append('text', 'two');
    expect(shown(findUnpersisted(entries, 1_000))).toEqual([['a', 'text', 0, 'one, two']]);
    markPersisted(failed);
    expect(shown(findUnpersisted(entries, 1_000))).toEqual([['a', 'text', 5, 'two']]);
  });

  it('is left for later beyond the limit, and no surrogate pair is split', () => {
    const entries = new Map([
      ['a', entryOf({ text: 'abc' })],
      ['b', entryOf({ text: '😀😀' })],
      ['c', entryOf({ text: 'later' })],
    ]);
    const first = findUnpersisted(entries, 6);
    expect(shown(first).slice(0, 2)).toEqual([
      ['a', 'text', 0, 'abc'],
      ['b', 'text', 0, '😀'],
    ]);
    expect(first.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(6);
    markPersisted(first);
    expect(unpersistedLength(entries)).toBeLessThan(3 + 4 + 5);
  });
});

it('an entry is dropped once it is abandoned and all of its text is stored', () => {
  const entry = entryOf({ text: 'text' });
  expect(canDrop(entry)).toBe(false);
  entry.isAbandoned = true;
  expect(canDrop(entry)).toBe(false);
  markPersisted(findUnpersisted(new Map([['a', entry]]), 1_000));
  expect(canDrop(entry)).toBe(true);
  entry.isAbandoned = false;
  expect(canDrop(entry)).toBe(false);
});

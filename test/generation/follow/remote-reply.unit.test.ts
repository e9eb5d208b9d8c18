import { describe, expect, it } from 'vitest';
import {
  appendPiece,
  createRemoteReply,
  demandPoll,
  isPollDemanded,
  isPollDue,
} from '../../../src/generation/follow/remote-reply.ts';
import { createLiveReply } from '../../../src/generation/produce/live-reply.ts';

function replyOf(text: string) {
  const reply = createLiveReply();
  reply.append('text', text);
  return reply;
}

describe('a piece of a reply', () => {
  it.each([
    ['that follows', { offset: 5, text: ' more' }, true, 'first more'],
    ['that overlaps', { offset: 2, text: 'rst more' }, true, 'first more'],
    ['that repeats known text', { offset: 0, text: 'fir' }, true, 'first'],
    ['that contradicts known text', { offset: 2, text: 'xx more' }, true, 'first'],
    ['that leaves a gap', { offset: 6, text: 'more' }, false, 'first'],
  ])('%s gives the whole text or asks for what is missing', (_, piece, isAppended, whole) => {
    const reply = replyOf('first');
    expect(appendPiece(reply, { channel: 'text', ...piece })).toBe(isAppended);
    expect(reply.text.whole()).toBe(whole);
  });

  it('is ignored once the reply is closed', () => {
    const reply = replyOf('first');
    reply.close();
    expect(appendPiece(reply, { channel: 'text', offset: 9, text: 'late' })).toBe(true);
    expect(reply.text.whole()).toBe('first');
  });
});

describe('a poll', () => {
  const terms = { now: 10_000, intervalMs: 1_000, isConnected: true };

  it('is demanded from the start, until it has been made', () => {
    const remote = createRemoteReply();
    expect([isPollDemanded(remote), isPollDue(remote, terms)]).toEqual([true, true]);
    remote.polledAt = terms.now;
    expect(isPollDemanded(remote)).toBe(false);
    demandPoll(remote);
    expect(isPollDemanded(remote)).toBe(true);
  });

  it.each([
    ['at each look if the node is not heard', { heardAt: 8_000, polledAt: 9_900 }, terms, true],
    [
      'at each look without a relay',
      { heardAt: 9_900, polledAt: 9_900 },
      { ...terms, isConnected: false },
      true,
    ],
    ['rarely if the node is heard', { heardAt: 9_900, polledAt: 9_100 }, terms, false],
    ['after an interval though the node is heard', { heardAt: 9_900, polledAt: 9_000 }, terms, true],
  ])('is made %s', (_, times, at, isDue) => {
    expect(isPollDue({ ...createRemoteReply(), ...times }, at)).toBe(isDue);
  });

  it('is never made of a closed reply', () => {
    const remote = createRemoteReply();
    remote.reply.close();
    expect([isPollDemanded(remote), isPollDue(remote, terms)]).toEqual([false, false]);
  });
});

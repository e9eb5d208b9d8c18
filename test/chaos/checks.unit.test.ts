// What the checks of a chaos run find: each kind of damage is named, and a run without any is found whole.
import { expect, it } from 'vitest';
import { createLedger } from './ledger.ts';
import { checkAcknowledged, checkFeedback } from './log-checks.ts';
import type { HeldMessage, Logged, LoggedEvent } from './logged.ts';
import { promptOf, textOf } from './replies.ts';
import { checkReplies, checkReplyReaders, checkRequests } from './reply-checks.ts';

const prompt = 3;
const text = textOf(prompt);

/** A conversation with a prompt, a complete reply, and a rating of it. */
function createRun() {
  const ledger = createLedger();
  ledger.conversations.set('c', 'topic');
  ledger.messages.set('p', { conversationId: 'c', content: promptOf(prompt) });
  ledger.replies.set('r', { conversationId: 'c', prompt, wasAskedToStop: false });
  ledger.feedback.set('ada', { messageId: 'r', rating: 'LIKE', attempts: 1 });
  const events: LoggedEvent[] = [];
  const log = (type: string, payload: LoggedEvent['payload']) => {
    const number = events.length;
    events.push({
      id: `e${number}`,
      topic: 'topic',
      offset: number,
      type,
      conversationId: 'c',
      version: number + 1,
      payload,
    });
  };
  log('START_CONVERSATION', { id: 'c' });
  log('ADD_MESSAGE', { id: 'p', content: promptOf(prompt) });
  log('ADD_MESSAGE', { id: 'r', content: '', status: 'streaming' });
  log('UPDATE_MESSAGE', { id: 'r', content: text, status: 'complete' });
  log('UPDATE_MESSAGE', { id: 'r', username: 'ada', rating: 'like' });
  const reply: HeldMessage = {
    id: 'r',
    conversationId: 'c',
    content: text,
    status: 'complete',
    error: null,
    feedback: { ada: { rating: 'like', comment: null } },
  };
  const logged: Logged = { events, messages: new Map([['r', reply]]), folded: [] };
  return { ledger, events, logged, reply };
}

it('finds nothing where everything is as it was acknowledged', () => {
  const { ledger, logged } = createRun();
  const found = [
    checkAcknowledged(ledger, logged),
    checkFeedback(ledger, logged),
    checkReplies(ledger, logged),
  ];
  expect(found.flat()).toEqual([]);
});

it('finds an event that is missing, doubled, or of nobody', () => {
  const { ledger, logged, events } = createRun();
  const [added] = events.splice(1, 3);
  if (added === undefined) throw new Error('There is an event.');
  events.push(added, added, { ...added, payload: { id: 'x', content: '' } });
  const found = checkAcknowledged(ledger, logged).join('\n');
  expect(found).toContain(`ADD_MESSAGE p in c: ${promptOf(prompt)}: is in the log 2 times.`);
  expect(found).toContain('the end of r: is in the log 0 times.');
  expect(found).toContain('ADD_MESSAGE x in c: : is in the log, though nobody was told so.');
});

it('finds feedback that was lost, given more often than sent, or held otherwise', () => {
  const { ledger, logged, events, reply } = createRun();
  const given = events.at(-1);
  if (given === undefined) throw new Error('There is an event.');
  events.push(given);
  expect(checkFeedback(ledger, logged)).toHaveLength(1);
  events.splice(-2);
  expect(checkFeedback(ledger, logged)).toHaveLength(1);
  events.push(given);
  expect(checkFeedback(ledger, logged)).toEqual([]);
  reply.feedback = { ada: { rating: 'dislike', comment: null } };
  expect(checkFeedback(ledger, logged)).toHaveLength(1);
});

it.each<[string, Partial<HeldMessage>, number]>([
  ['a complete reply that lacks its end', { content: text.slice(0, -1) }, 1],
  ['an interrupted reply with a hole', { status: 'interrupted', content: text.slice(2, 9) }, 1],
  ['a stopped reply that nobody stopped', { status: 'stopped' }, 1],
  ['a failed reply', { status: 'failed', content: '' }, 1],
  ['a reply that still runs', { status: 'streaming', content: '' }, 1],
  [
    'no fault in an interrupted reply with what it had',
    { status: 'interrupted', content: text.slice(0, 5) },
    0,
  ],
])('finds %s', (_, change, count) => {
  const { ledger, logged, reply } = createRun();
  Object.assign(reply, change);
  expect(checkReplies(ledger, logged)).toHaveLength(count);
});

it('finds readers with another text, another end, or none', () => {
  const { logged } = createRun();
  const end = { status: 'COMPLETE', content: text };
  const reader = { messageId: 'r', pieces: 1, rewinds: 0, readOn: () => Promise.resolve(), cut: () => {} };
  const count = (seen: string, told: typeof end | undefined) =>
    checkReplyReaders([{ ...reader, text: seen, end: told }], logged).length;
  expect(count(text, end)).toBe(0);
  expect(count(text.slice(1), end)).toBe(1);
  expect(count(text, undefined)).toBe(1);
  expect(count(text, { ...end, status: 'INTERRUPTED' })).toBe(1);
});

it('finds a model that was asked twice for one reply', () => {
  const { ledger } = createRun();
  const request = {
    method: 'POST',
    path: '/v1',
    headers: {},
    body: { messages: [{ role: 'user', content: promptOf(prompt) }] },
    closed: Promise.resolve('script' as const),
  };
  expect(checkRequests(ledger, [request])).toEqual([]);
  expect(checkRequests(ledger, [request, request])).toHaveLength(1);
});

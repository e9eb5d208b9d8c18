// The subscription `events` over both carriers: positions, rights and refusals.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { formatCursor } from '../../src/log/read/cursor.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { GraphQLClient } from '../support/graphql-client.ts';
import { firstCode, openStream } from '../support/raw-sse.ts';
import { startConversation } from '../support/talk.ts';
import { secret, signWithSecret } from '../support/tokens.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
let ada: GraphQLClient;
let analyst: GraphQLClient;
let adaToken: string;
let conversationId: string;
beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  adaToken = await signWithSecret({ sub: 'ada', roles: [] });
  ada = test.as(adaToken);
  analyst = test.as(await signWithSecret({ sub: 'ann', roles: ['ANALYST'] }));
  conversationId = await startConversation(ada, { topic: 'private' });
});
afterAll(() => test.stop());

type Event = operations.FollowEventsSubscription['events'];

async function take(follow: AsyncIterable<{ events: Event }>, count: number): Promise<Event[]> {
  const events: Event[] = [];
  for await (const { events: event } of follow) if (events.push(event) === count) break;
  return events;
}

async function say(content: string): Promise<void> {
  await ada.run(operations.AddMessageDocument, { input: { conversationId, role: 'USER', content } });
}

describe.each(['websocket', 'sse'] as const)('over %s', (carrier) => {
  it('an analyst follows a topic from its start, and continues after a cursor', async () => {
    const topic = `whole-${carrier}`;
    await startConversation(ada, { topic });
    const follow = analyst.follow(carrier, operations.FollowEventsDocument, { topic });
    const reading = take(follow, 3);
    await waitUntil('it is followed', () => test.app.openCursors() > 0);
    await startConversation(ada, { topic });
    await startConversation(ada, { topic });
    const events = await reading;
    await follow.leave();
    expect(events.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(events[0]).toMatchObject({ topic, type: 'START_CONVERSATION', version: 1, actor: 'ada' });
    const after = events[1]?.cursor ?? '';
    const resumed = analyst.follow(carrier, operations.FollowEventsDocument, { topic, after });
    expect(await take(resumed, 1)).toEqual([events[2]]);
    await resumed.leave();
    const { events: page } = await analyst.run(operations.EventsDocument, { topic });
    expect(page.nodes).toEqual(events);
    await waitUntil('the cursors are closed', () => test.app.openCursors() === 0);
  });

  it('a user follows their own conversation, with contiguous versions', async () => {
    const follow = ada.follow(carrier, operations.FollowEventsDocument, { conversationId });
    const reading = take(follow, 2);
    await say(`over ${carrier}`);
    const [first, second] = await reading;
    await follow.leave();
    expect([first?.version, second?.version]).toEqual([1, 2]);
    expect(second).toMatchObject({ topic: 'private', conversationId, type: 'ADD_MESSAGE' });
  });

  it('a user can follow neither a whole topic nor a conversation of another user', async () => {
    const bob = test.as(await signWithSecret({ sub: 'bob', roles: ['USER'] }));
    const whole = bob.follow(carrier, operations.FollowEventsDocument, { topic: 'private' });
    await expect(take(whole, 1)).rejects.toThrow('give the conversationId of one of your conversations');
    const foreign = bob.follow(carrier, operations.FollowEventsDocument, { conversationId });
    await expect(take(foreign, 1)).rejects.toThrow(`There is no conversation ${conversationId}.`);
    await Promise.all([whole.leave(), foreign.leave()]);
    expect(test.app.openCursors()).toBe(0);
  });
});

const inTopic = (args: string) => `subscription { events(topic: "private"${args}) { offset } }`;
const cursorOf = (topic: string, offset: number) => formatCursor({ topic, offset });

describe('can not be followed:', () => {
  it.each([
    ['a negative offset', inTopic(', offset: -1'), 'INVALID_INPUT', '-1'],
    ['half an offset', inTopic(', offset: 0.5'), 'INVALID_INPUT', '0.5'],
    [
      'an offset beyond what is exact',
      inTopic(', offset: 9007199254740993'),
      'INVALID_INPUT',
      '90071992547409',
    ],
    ['no offset but a text', inTopic(', offset: "1"'), 'INVALID_INPUT', '1'],
    ['garbage as cursor', inTopic(', after: "rubbish"'), 'INVALID_INPUT', 'rubbish'],
    ['an empty cursor', inTopic(', after: ""'), 'INVALID_INPUT', 'is not a cursor'],
    ['a cursor of another topic', inTopic(`, after: "${cursorOf('other', 3)}"`), 'INVALID_INPUT', 'of topic'],
    [
      'both offset and after',
      inTopic(`, offset: 1, after: "${cursorOf('private', 3)}"`),
      'INVALID_INPUT',
      'not both',
    ],
    [
      'a topic with NUL in its name',
      'subscription { events(topic: "a\\u0000") { offset } }',
      'INVALID_INPUT',
      'topic',
    ],
    [
      'a topic with an endless name',
      `subscription { events(topic: "${'a'.repeat(101)}") { offset } }`,
      'INVALID_INPUT',
      'at most 100 characters',
    ],
    ['no types at all', inTopic(', types: []'), 'INVALID_INPUT', 'types is empty'],
    ['a type that is none', inTopic(', types: [RATE]'), 'INVALID_INPUT', 'RATE'],
    ['an unknown conversation', inTopic(`, conversationId: "${newId()}"`), 'NOT_FOUND', 'no conversation'],
    ['a conversation of rubbish', inTopic(', conversationId: "1"'), 'NOT_FOUND', 'no conversation'],
  ])('%s', async (_name, query, code, says) => {
    const stream = await openStream(
      test.app.url,
      { query },
      { authorization: `Bearer ${await signWithSecret({ sub: 'ann', roles: ['ANALYST'] })}` },
    );
    const answer = (await stream.next()) ?? '';
    expect(answer).toContain(says);
    expect(answer).toContain(`"code":"${code}"`);
    expect(test.app.openCursors()).toBe(0);
  });

  it('anything, once the token has expired', async () => {
    const token = await signWithSecret({ sub: 'ada', roles: [], exp: Math.floor(Date.now() / 1_000) + 2 });
    const query = `subscription { events(conversationId: "${conversationId}") { version } }`;
    const stream = await openStream(test.app.url, { query }, { authorization: `Bearer ${token}` });
    expect(await stream.next()).toContain('"version":1');
    await waitUntil('the error arrives', async () => (await firstCode(stream)) === 'UNAUTHENTICATED');
    await waitUntil('the cursor is closed', () => test.app.openCursors() === 0);
  });
});

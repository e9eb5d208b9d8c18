// Past states of a conversation over the API: after each of its events, by offset and by time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { GraphQLClient } from '../support/graphql-client.ts';
import { reply } from '../support/script.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import { secret, signWithSecret } from '../support/tokens.ts';

const topic = 'travel';
const [id, prompt, answer, sibling, captured] = [newId(), newId(), newId(), newId(), newId()];

let test: TestApp;
let ada: GraphQLClient;
let analyst: GraphQLClient;
let service: GraphQLClient;
/** Offset of each event of the conversation; the first has version 1. */
let offsets: number[];
let otherId: string;

type Moment = { offset?: number; time?: string };

async function at(client: GraphQLClient, moment: Moment = {}, of = id) {
  return (await client.run(operations.ConversationAtDocument, { id: of, ...moment })).conversationAt;
}
/** The moment after the event with that version. */
const afterEvent = (version: number): Moment => ({ offset: offsets[version - 1] ?? -1 });

const add = (input: Partial<operations.AddMessageInput>) =>
  ada.run(operations.AddMessageDocument, {
    input: { conversationId: id, role: 'ASSISTANT', content: 'text', ...input },
  });
const rate = (client: GraphQLClient, input: Partial<operations.RateMessageInput>) =>
  client.run(operations.RateMessageDocument, { input: { messageId: answer, ...input } });

async function talk(): Promise<void> {
  await startConversation(ada, { id, topic, title: 'Letters', metadata: { lesson: 3 } });
  test.model.enqueue(reply('There are two.'));
  const content = "How many r's are in strawberry?";
  const parameters = { temperature: 0.5 };
  await sendMessage(ada, { conversationId: id, id: prompt, replyId: answer, content, parameters });
  await followReply(ada, 'sse', { messageId: answer });
  await ada.run(operations.AddMessageDocument, {
    input: { conversationId: otherId, role: 'USER', content: 'elsewhere' },
  });
  await rate(ada, { rating: 'DISLIKE', score: 0.25 });
  await ada.run(operations.SubmitFeedbackDocument, { input: { messageId: answer, comment: 'Three!' } });
  await rate(service, { rating: 'LIKE', username: 'rita', source: 'REVIEWER' });
  await rate(ada, { rating: null, score: null });
  await add({ id: sibling, parentId: prompt, content: 'There are three.' });
  await add({ id: captured, role: 'USER', content: 'Thanks.' });
  await ada.run(operations.EndConversationDocument, { input: { id } });
  await ada.run(operations.SubmitFeedbackDocument, { input: { messageId: answer, comment: null } });
}

beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  const as = async (sub: string, roles: string[]) => test.as(await signWithSecret({ sub, roles }));
  ada = await as('ada', ['USER']);
  analyst = await as('analyst', ['ANALYST']);
  service = await as('service', ['SERVICE']);
  otherId = await startConversation(ada, { topic });
  await talk();
  const { events } = await ada.run(operations.EventsDocument, { topic, conversationId: id });
  offsets = events.nodes.map(({ offset }) => offset);
  expect(offsets).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13]);
});
afterAll(() => test.stop());

describe('by offset', () => {
  it('shows the messages with their texts and statuses after that event', async () => {
    const seen: unknown[] = [];
    for (const version of [1, 2, 3, 4, 9, 10]) {
      const snapshot = await at(ada, afterEvent(version));
      expect(snapshot).toMatchObject({ ...afterEvent(version), version, endedAt: null });
      seen.push(snapshot?.messages.map(({ content, status }) => `${status} ${content}`));
    }
    const asked = "COMPLETE How many r's are in strawberry?";
    const answered = [asked, 'COMPLETE There are two.'];
    expect(seen).toEqual([
      [],
      [asked],
      [asked, 'STREAMING '],
      answered,
      [...answered, 'COMPLETE There are three.'],
      [...answered, 'COMPLETE There are three.', 'COMPLETE Thanks.'],
    ]);
  });

  it("shows each author's feedback after that event", async () => {
    const feedbackAt = async (version: number) => {
      const found = (await at(analyst, afterEvent(version)))?.messages.find(
        (one) => one.id === answer,
      )?.feedback;
      return found?.map(({ username, source, rating, score, comment }) =>
        [username, source, rating, score, comment].join(' '),
      );
    };
    expect(await feedbackAt(4)).toEqual([]);
    expect(await feedbackAt(5)).toEqual(['ada END_USER DISLIKE 0.25 ']);
    expect(await feedbackAt(6)).toEqual(['ada END_USER DISLIKE 0.25 Three!']);
    const rita = 'rita REVIEWER LIKE  ';
    expect((await feedbackAt(7))?.sort()).toEqual(['ada END_USER DISLIKE 0.25 Three!', rita]);
    expect((await feedbackAt(8))?.sort()).toEqual(['ada END_USER   Three!', rita]);
    expect((await feedbackAt(11))?.sort()).toEqual(['ada END_USER   Three!', rita]);
    expect(await feedbackAt(12)).toEqual([rita]);
  });

  it('of an event of another conversation is the state after its own newest event before that', async () => {
    expect(await at(ada, { offset: 5 })).toEqual(await at(ada, { offset: 4 }));
  });

  it('has all fields of a conversation and a reply', async () => {
    const snapshot = await at(ada, afterEvent(4));
    expect(snapshot).toMatchObject({
      id,
      topic,
      username: 'ada',
      title: 'Letters',
      metadata: { lesson: 3 },
      model: { id: 'model-a', metadata: {} },
    });
    expect(snapshot?.messages[1]).toMatchObject({
      id: answer,
      parentId: prompt,
      role: 'ASSISTANT',
      error: null,
      finishReason: 'stop',
      metadata: {},
      model: { id: 'model-a' },
      parameters: { temperature: 0.5, maxTokens: null },
      usage: { totalTokens: expect.any(Number) },
      timings: { totalMs: expect.any(Number) },
    });
  });

  it('is null before the first event, empty at it, and the current state beyond the last one', async () => {
    expect(await at(ada, { offset: 0 })).toBeNull();
    expect(await at(ada, { offset: 1 })).toMatchObject({ version: 1, messages: [] });
    const now = await at(ada);
    expect(now).toMatchObject({ version: 12, endedAt: expect.any(String) });
    expect(await at(ada, { offset: 13 })).toEqual(now);
    expect(await at(ada, { offset: Number.MAX_SAFE_INTEGER })).toEqual(now);
  });
});

describe('by time', () => {
  const minute = (count: number, seconds = '00.000Z') =>
    `2026-11-23T10:${String(count).padStart(2, '0')}:${seconds}`;

  /** A conversation whose first event was recorded at the first of the minutes, the second at the second, and so on. */
  async function recordedIn(...minutes: number[]): Promise<string> {
    const conversationId = await startConversation(ada, { topic });
    for (const _message of minutes.slice(1)) await add({ conversationId });
    await test.database.client.query(
      `UPDATE event SET recorded_at = timestamptz '2026-11-23T10:00:00Z' + make_interval(mins => ($2::int[])[version])
       WHERE conversation_id = $1`,
      [conversationId, minutes],
    );
    return conversationId;
  }

  it('is the state after the newest event that was recorded then or before', async () => {
    const of = await recordedIn(1, 2, 3, 3, 5);
    const versionAt = async (time: string) => (await at(ada, { time }, of))?.version;
    expect(await versionAt(minute(1))).toBe(1);
    expect(await versionAt(minute(1, '59.999Z'))).toBe(1);
    expect(await versionAt(minute(2))).toBe(2);
    expect(await versionAt(minute(3))).toBe(4);
    expect(await versionAt('2026-11-23T11:04:00+01:00')).toBe(4);
    expect(await versionAt(minute(5))).toBe(5);
  });

  it('includes every event before one that counts, even if the clock stepped back', async () => {
    const of = await recordedIn(1, 5, 6, 2, 7);
    const snapshot = await at(ada, { time: minute(2) }, of);
    expect(snapshot).toMatchObject({ version: 4 });
    expect(snapshot?.messages).toHaveLength(3);
    expect(await at(ada, { time: minute(1) }, of)).toMatchObject({ version: 1, messages: [] });
  });

  it('is null before the start, and the current state after the end', async () => {
    const of = await recordedIn(1, 2);
    expect(await at(ada, { time: minute(0, '59.999Z') }, of)).toBeNull();
    expect(await at(ada, { time: '2999-01-01T00:00:00Z' }, of)).toEqual(await at(ada, {}, of));
  });
});

it('with neither is the current state of the conversation', async () => {
  const { conversation } = await analyst.run(operations.ConversationDocument, { id });
  const snapshot = await at(analyst);
  const { messages, model, ...current } = conversation ?? {};
  expect(snapshot).toMatchObject({ ...current, model: { id: model?.id } });
  const shown = messages?.nodes.map(({ parent, ...fields }) => ({ ...fields, parentId: parent?.id ?? null }));
  expect(snapshot?.messages).toMatchObject(shown ?? []);
});

describe('the thread', () => {
  const threadOf = async (leaf: string | null, moment: Moment = {}) => {
    const query = `query ($leaf: ID, $offset: Offset) { conversationAt(id: "${id}", offset: $offset) { thread(leaf: $leaf) { id } } }`;
    const { data, errors } = await ada.send(query, { leaf, ...moment });
    return errors[0] ?? data?.conversationAt;
  };
  const path = (...ids: string[]) => ({ thread: ids.map((one) => ({ id: one })) });

  it('is the path to the newest message, or to any other message at that point', async () => {
    expect(await threadOf(null)).toEqual(path(prompt, sibling, captured));
    expect(await threadOf(answer)).toEqual(path(prompt, answer));
    expect(await threadOf(null, afterEvent(4))).toEqual(path(prompt, answer));
    expect(await threadOf(null, afterEvent(1))).toEqual(path());
  });

  it('is refused for a message that came later, or does not exist', async () => {
    for (const leaf of [sibling, otherId, '']) {
      expect(await threadOf(leaf, afterEvent(4))).toMatchObject({
        message: `There is no message "${leaf}" in this conversation after its event 4.`,
        extensions: { code: 'NOT_FOUND' },
      });
    }
  });
});

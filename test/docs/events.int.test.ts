import { readFileSync } from 'node:fs';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { repository } from '../support/documents.ts';
import { add, append, end, type Item, reply, running, start, update } from '../support/log.ts';
import { codesIn, tablesOf } from '../support/tables.ts';

// Each cell of the tables 'states × events' of docs/events.md, tried on the log itself.

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** A conversation in a state, or none, and what has to be appended to get there. */
type Conversation = { id: string; before: Item[][] };

const conversations: Record<string, () => Conversation> = {
  'No conversation': () => ({ id: ulid(), before: [] }),
  Open: () => {
    const id = ulid();
    return { id, before: [[start(id)]] };
  },
  Ended: () => {
    const id = ulid();
    return { id, before: [[start(id)], [end(id)]] };
  },
};

const conversationEvents: Record<string, (conversation: string) => Item> = {
  START_CONVERSATION: (id) => start(id),
  ADD_MESSAGE: (id) => add(id, ulid()),
  UPDATE_CONVERSATION: (id) => ({
    ...update(id, { rating: 'like' }),
    type: 'UPDATE_CONVERSATION',
    conversation_id: id,
  }),
  END_CONVERSATION: (id) => end(id),
};

type Message = { conversation: string; id: string; before: Item[][] };

function messageOf(create: (conversation: string, id: string) => Item[]): Message {
  const [conversation, id] = [ulid(), ulid()];
  return { conversation, id, before: [[start(conversation), ...create(conversation, id)]] };
}

const messages: Record<string, () => Message> = {
  'No message': () => messageOf(() => []),
  Prompt: () => messageOf((conversation, id) => [add(conversation, id)]),
  'Reply, streaming': () => messageOf((conversation, id) => [running(conversation, id)]),
  'Reply, ended': () => messageOf((conversation, id) => [reply(conversation, id)]),
};

const messageEvents: Record<string, (message: Message) => Item> = {
  'ADD_MESSAGE with this id': ({ conversation, id }) => add(conversation, id),
  'UPDATE_MESSAGE without `status`': ({ id }) => update(id, { rating: 'like' }),
  'UPDATE_MESSAGE with `status`': ({ id }) => update(id, { status: 'complete', content: 'done' }),
};

/** `accepted`, or the refusal. */
async function outcomeOf(before: Item[][], item: Item): Promise<string> {
  for (const items of before) await append(database.client, items);
  const [answer] = await append(database.client, item);
  return answer?.refusal ?? 'accepted';
}

async function tryCell(state: string, event: string): Promise<string> {
  const conversation = conversations[state]?.();
  const ofConversation = conversationEvents[event];
  if (conversation !== undefined && ofConversation !== undefined) {
    return await outcomeOf(conversation.before, ofConversation(conversation.id));
  }
  const message = messages[state]?.();
  const ofMessage = messageEvents[event];
  if (message !== undefined && ofMessage !== undefined) {
    return await outcomeOf(message.before, ofMessage(message));
  }
  throw new Error(`The test does not know ${event} in the state ${state}.`);
}

const page = readFileSync(`${repository}docs/events.md`, 'utf8');
const cells = tablesOf(page)
  .filter(({ columns }) => columns[0] === 'Event')
  .filter(({ heading }) => heading.startsWith('Which event is accepted'))
  .flatMap(({ rows }) =>
    rows.flatMap(({ Event: event = '', ...states }) =>
      Object.entries(states).map(([state, cell]) => ({ event, state, expected: codesIn(cell)[0] ?? cell })),
    ),
  );

it('the page docs/events.md has tables of states', () => {
  expect(cells).toHaveLength(24);
});

it.for(cells)('$event, $state: $expected', async ({ event, state, expected }) => {
  expect(await tryCell(state, event)).toBe(expected);
});

// Previews and summaries: their filter, how many a node reads at once, and that they end with their client.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPreviews } from '../../../src/dataset/export/preview.ts';
import { readRecipe } from '../../../src/dataset/export/recipe.ts';
import { createReadSlots } from '../../../src/dataset/read-slots.ts';
import { newId } from '../../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { add, append, reply, start, update } from '../../support/log.ts';
import { codeOf, rawRequest } from '../../support/raw-http.ts';
import { codeOfMessage, connectSocket } from '../../support/raw-websocket.ts';
import { waitUntil } from '../../support/wait.ts';

let test: TestApp;
/** A connection of its own: within its transaction, pg_stat_activity would not change. */
let locker: pg.Client;
beforeAll(async () => {
  // A pool of 8 has two read slots.
  test = await startTestApp({ DATABASE_POOL_SIZE: '8' });
  locker = await test.database.connect();
  const [conversation, first, second] = [newId(), newId(), newId()];
  await append(test.database.client, [
    start(conversation, { topic: 'fruit' }),
    add(conversation, newId(), { role: 'system', content: 'Be brief.' }),
    add(conversation, first, { content: 'Sour?', parent_id: null }),
    reply(conversation, second, { content: 'Lemons.', model: 'zephyr,7b', parent_id: first }),
  ]);
  const feedback = { rating: 'like', tags: ['right, and short'], username: 'ada' };
  await append(test.database.client, update(second, feedback));
});
afterAll(async () => {
  await locker.end();
  await test.stop();
});

const summary = (filter = '') =>
  `{ datasetSummary(format: KTO, filter: {topic: "fruit"${filter}}) { records } }`;

describe('the filter of datasets', () => {
  it('has the settings of the command line', async () => {
    const filter = `{topic: "fruit", roles: [SYSTEM, USER, ASSISTANT], system: DROP, turns: LAST, replies: LIKED,
      pairs: [RATING, CORRECTION], provenance: true, usernames: true}`;
    const { data, errors } = await test.client.send(
      `{ datasetPreview(format: KTO, filter: ${filter}) { records } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      datasetPreview: {
        records: [
          {
            prompt: [{ role: 'user', content: 'Sour?' }],
            provenance: { raters: 1, authors: [{ username: 'ada', source: 'end_user' }] },
          },
        ],
      },
    });
  });

  it('hides usernames unless it says otherwise', async () => {
    for (const format of ['KTO', 'EVENTS', 'CONVERSATIONS']) {
      const { data, errors } = await test.client.send(
        `{ datasetPreview(format: ${format}, filter: {topic: "fruit", provenance: true}) { records } }`,
      );
      expect(errors).toEqual([]);
      expect(JSON.stringify(data)).not.toContain('"ada"');
    }
  });

  it('accepts models and tags whose names contain commas', async () => {
    const matching = await test.client.send(summary(', models: ["zephyr,7b"], tags: ["right, and short"]'));
    expect(matching.data).toMatchObject({ datasetSummary: { records: 1 } });
    const others = await test.client.send(summary(', models: ["zephyr"]'));
    expect(others.data).toMatchObject({ datasetSummary: { records: 0 } });
  });

  it.each([
    ['models: []', 'models [] is not valid'],
    ['roles: [USER]', 'roles does not include assistant'],
    ['pairs: []', 'pairs [] is not valid'],
  ])('refuses %s', async (filter, message) => {
    const { errors } = await test.client.send(summary(`, ${filter}`));
    expect(errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT' }, message: expect.stringContaining(message) },
    ]);
  });
});

/** How many statements in Postgres wait to read conversations. */
async function countReaders(): Promise<number> {
  const { rowCount } = await test.database.client.query(
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
       AND query LIKE '%characters_before%'`,
  );
  return rowCount ?? 0;
}

/** Sends an operation over HTTP. */
function overHttp(query: string) {
  const controller = new AbortController();
  const answer = fetch(`${test.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: controller.signal,
  }).then((response) => response.text());
  // Rejects after disconnect.
  answer.catch(() => {});
  return {
    code: async () => codeOf(await answer),
    text: () => answer,
    disconnect: () => controller.abort(),
    end: () => {},
  };
}

async function overWebSocket(query: string) {
  const raw = await connectSocket(test.app.url);
  raw.subscribe('1', query);
  return {
    code: async () => codeOfMessage(await raw.next()),
    text: async () => JSON.stringify((await raw.next())?.payload),
    disconnect: () => raw.send({ id: '1', type: 'complete' }),
    end: () => raw.socket.terminate(),
  };
}

const transports = [
  ['over HTTP', async (query: string) => overHttp(query)],
  ['over WebSocket', overWebSocket],
] as const;

describe('while the table of events is locked', () => {
  beforeEach(() => locker.query('BEGIN; LOCK TABLE event'));
  afterEach(async () => {
    await locker.query('ROLLBACK');
    await waitUntil('no statement waits', async () => (await countReaders()) === 0);
  });
  const untilReaders = async (count: number) =>
    await waitUntil(`${count} statements wait`, async () => (await countReaders()) === count);

  describe.each(transports)('%s', (_name, send) => {
    it('a summary whose client disconnects releases its slot and its connection', async () => {
      const left = await send(summary());
      const other = await send(summary());
      await untilReaders(2);
      left.disconnect();
      await untilReaders(1);
      // A topic without events needs a slot too, although nothing is read.
      const empty = '{ datasetSummary(format: KTO, filter: {topic: "nothing"}) { records } }';
      await waitUntil('a slot is free', async () => (await test.client.send(empty)).errors.length === 0);
      const next = await send(summary());
      await untilReaders(2);
      await locker.query('ROLLBACK');
      expect(await other.text()).toContain('"records":1');
      expect(await next.text()).toContain('"records":1');
      for (const each of [left, other, next]) each.end();
    });

    it('a summary beyond the maximum is refused, and the others continue', async () => {
      const running = [await send(summary()), await send(summary())];
      await untilReaders(2);
      const refused = await send(summary());
      expect(await refused.code()).toBe('LIMIT_EXCEEDED');
      const { status, code, headers } = await rawRequest(test.app.url, {
        method: 'GET',
        path: '/exports/kto.jsonl?topic=fruit',
      });
      expect({ status, code, retry: headers['retry-after'] }).toEqual({
        status: 429,
        code: 'LIMIT_EXCEEDED',
        retry: '10',
      });
      await locker.query('ROLLBACK');
      for (const each of running) expect(await each.text()).toContain('"records":1');
      for (const each of [...running, refused]) each.end();
    });
  });

  it('a summary over a WebSocket whose connection is lost releases its slot and its connection', async () => {
    const [left, other] = [await overWebSocket(summary()), await overWebSocket(summary())];
    await untilReaders(2);
    left.end();
    await untilReaders(1);
    other.end();
    await untilReaders(0);
  });

  it('all datasets of an operation share one slot, and are read one after the other', async () => {
    const fields = ['a', 'b', 'c'].map((name) => `${name}: datasetSummary(format: KTO) { records }`);
    const all = overHttp(`{ ${fields.join(' ')} ${summary().slice(1)}`);
    await untilReaders(1);
    const other = overHttp(summary());
    await untilReaders(2);
    await locker.query('ROLLBACK');
    expect(await all.text()).toContain('"datasetSummary":{"records":1}');
    expect(await other.text()).toContain('"records":1');
  });

  it('a summary is cancelled after its time limit, in Postgres too, and releases its slot', async () => {
    const pool = new pg.Pool({ connectionString: test.database.url, max: 2 });
    try {
      const readSlots = createReadSlots(1);
      const previews = createPreviews({ pool, readSlots, maxMs: 100 });
      const result = previews.summarize({
        format: 'kto',
        recipe: readRecipe({ topic: 'fruit' }),
        signal: new AbortController().signal,
      });
      await expect(result).rejects.toMatchObject({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringContaining('longer than 0.1 s'),
      });
      await untilReaders(0);
      expect(pool.idleCount).toBe(pool.totalCount);
      readSlots.acquire()();
    } finally {
      await pool.end();
    }
  });
});

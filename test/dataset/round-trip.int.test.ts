// The law of datasets: what was imported in a format is exported in it as it was, and comes in only once.
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Database } from '../../src/database/connect.ts';
import { createAppender } from '../../src/dataset/append.ts';
import { chatReaders } from '../../src/dataset/chat-lines.ts';
import { readConversationLines } from '../../src/dataset/conversation-lines.ts';
import { importSource } from '../../src/dataset/import.ts';
import { readOpenWebui } from '../../src/dataset/open-webui.ts';
import type { Source, SourceOptions } from '../../src/dataset/source.ts';
import { createLogWriter, type LogWriter } from '../../src/log/writer.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createExporter, type Exporter } from '../support/exported.ts';
import { projections } from '../support/log.ts';

let database: TestDatabase;
let connections: Database;
let writer: LogWriter;
let exporter: Exporter;
beforeAll(async () => {
  database = await createTestDatabase();
  connections = connect({ url: database.url, poolSize: 2, onError: () => {} });
  writer = createLogWriter({ pool: connections.writerPool, timeoutMs: 10_000, onCommitted: () => {} });
  exporter = createExporter(database.url);
});
afterAll(async () => {
  await exporter.close();
  await writer.drain();
  await connections.close();
  await database.close();
});

const clear = () => database.client.query(`TRUNCATE topic, event, ${projections.join()}`);

type Read = (chunks: AsyncIterable<Buffer>, options: SourceOptions) => Source;

async function importText(read: Read, text: string) {
  const bad: string[] = [];
  const options = {
    ...{ topic: 'fruit', username: 'ada', utcOffset: '', maxMessageBytes: 10_000 },
    now: () => new Date('2026-11-25T10:00:00Z'),
  };
  const { added, known } = await importSource(read(Readable.from([Buffer.from(text)]), options), {
    append: createAppender({ writer, pool: connections.pool, topic: 'fruit' }),
    isStrict: false,
    onBadLine: (line, reason) => void bad.push(`${line} ${reason}`),
    onProgress: () => {},
  });
  return { added, known, bad };
}

const content = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() !== '' && !text.includes('\0'));
const prompt = fc
  .tuple(fc.option(content), fc.array(fc.tuple(content, content), { maxLength: 2 }), content)
  .map(([system, turns, last]) => [
    ...(system === null ? [] : [{ role: 'system', content: system }]),
    ...turns.flatMap(([asked, said]) => [
      { role: 'user', content: asked },
      { role: 'assistant', content: said },
    ]),
    { role: 'user', content: last },
  ]);
const reply = content.map((text) => [{ role: 'assistant', content: text }]);
const replies = fc.uniqueArray(content, { minLength: 2, maxLength: 2 }).map(([better, worse]) => ({
  better: [{ role: 'assistant', content: better }],
  worse: [{ role: 'assistant', content: worse }],
}));

const drawn = {
  kto: fc.record({ prompt, completion: reply, label: fc.boolean() }),
  dpo: fc
    .tuple(prompt, replies)
    .map(([asked, { better, worse }]) => ({ prompt: asked, chosen: better, rejected: worse })),
  reward: fc
    .tuple(prompt, replies)
    .map(([asked, { better, worse }]) => ({ chosen: [...asked, ...better], rejected: [...asked, ...worse] })),
  sft: fc.tuple(prompt, reply).map(([asked, said]) => ({ messages: [...asked, ...said] })),
  'openai-sft': fc.tuple(prompt, reply).map(([asked, said]) => ({
    messages: [
      ...asked.map((turn, index) =>
        turn.role === 'assistant' && index % 2 === 0 ? { ...turn, weight: 0 } : turn,
      ),
      ...said,
    ],
  })),
  'openai-dpo': fc.tuple(prompt, replies).map(([asked, { better, worse }]) => ({
    input: { messages: asked, tools: [], parallel_tool_calls: true },
    preferred_output: better,
    non_preferred_output: worse,
  })),
} as const;

const sorted = (lines: readonly string[]) => [...lines].sort();

it.each(['kto', 'dpo', 'reward', 'sft', 'openai-sft', 'openai-dpo'] as const)(
  'what is imported as %s is exported as it was, and comes in once',
  async (format) => {
    const lists = fc.array<unknown>(drawn[format], { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lists, async (records) => {
        await clear();
        const lines = records.map((record) => JSON.stringify(record));
        const text = lines.join('\n');
        expect((await importText(chatReaders[format], text)).bad).toEqual([]);
        const exported = await exporter.run(format);
        expect(sorted(exported.lines)).toEqual(sorted(lines));
        expect(await importText(chatReaders[format], text)).toMatchObject({ added: 0, bad: [] });
      }),
      { numRuns: 12 },
    );
  },
  60_000,
);

it('what is exported as conversations is the same after it was imported elsewhere', async () => {
  await clear();
  const lines = [
    {
      prompt: [{ role: 'user', content: 'a' }],
      chosen: [{ role: 'assistant', content: 'b' }],
      rejected: [{ role: 'assistant', content: 'c' }],
    },
  ].map((line) => JSON.stringify(line));
  await importText(chatReaders.dpo, lines.join('\n'));
  const before = await exporter.run('conversations', { usernames: true });
  expect(before.records).toHaveLength(1);
  await clear();
  expect((await importText(readConversationLines, before.lines.join('\n'))).bad).toEqual([]);
  const after = await exporter.run('conversations', { usernames: true });
  const untimed = ({ startedAt, ...record }: Record<string, unknown>) => record;
  expect(after.records.map(untimed)).toEqual(before.records.map(untimed));
  expect((await exporter.run('dpo')).lines).toEqual(lines);
});

it('reports lines that are no record by their numbers, and imports the rest', async () => {
  await clear();
  const good = JSON.stringify({
    prompt: [{ role: 'user', content: 'a' }],
    completion: [{ role: 'assistant', content: 'b' }],
    label: true,
  });
  const text = [
    good,
    'no JSON',
    '{"prompt": []}',
    good.replace('"user"', '"tool"'),
    good.replace('true', '1'),
  ].join('\n');
  const { added, bad } = await importText(chatReaders.kto, text);
  expect(added).toBe(4);
  expect(bad.sort()).toEqual([
    expect.stringMatching(/^2 The line is no JSON: /),
    '3 prompt: must have a message.',
    '4 prompt.0.role: must be system, user or assistant, not "tool".',
    expect.stringMatching(/^5 label: /),
  ]);
});

it('reads the feedback of Open WebUI with all branches of its chat, once', async () => {
  await clear();
  const message = (id: string, parentId: string | null, role: string, text: string) => ({
    ...{ id, parentId, role, content: text, model: 'm', timestamp: 1_700_000_000 },
  });
  const messages = [
    message('q', null, 'user', 'why?'),
    message('a1', 'q', 'assistant', 'so'),
    message('a2', 'q', 'assistant', 'thus'),
  ];
  const entry = (id: string, on: string, rating: number) => ({
    ...{ id, user_id: 'u', type: 'rating', meta: { chat_id: 'chat', message_id: on } },
    data: { rating, reason: 'accurate', comment: 'hm', tags: [], details: { rating: 7 } },
    snapshot: {
      chat: {
        chat: { title: 'T', history: { messages: Object.fromEntries(messages.map((one) => [one.id, one])) } },
      },
    },
  });
  const text = JSON.stringify([entry('f1', 'a1', 1), entry('f2', 'a2', -1), { id: 'f3' }], null, 1);
  const { added, bad } = await importText(readOpenWebui, text);
  expect(added).toBe(6);
  expect(bad).toEqual([expect.stringMatching(/^3 data: /)]);
  const { records } = await exporter.run('dpo');
  expect(records).toEqual([
    {
      prompt: [{ role: 'user', content: 'why?' }],
      chosen: [{ role: 'assistant', content: 'so' }],
      rejected: [{ role: 'assistant', content: 'thus' }],
    },
  ]);
  expect(await importText(readOpenWebui, text)).toMatchObject({ added: 0 });
});

// How exports treat feedback: conflicts, preferences, corrections, and what must stay private.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { newId } from '../../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createExporter, type Exporter } from '../../support/exported.ts';
import { add, append, projections, reply, start, update } from '../../support/log.ts';

let database: TestDatabase;
let exporter: Exporter;
beforeAll(async () => {
  database = await createTestDatabase();
  exporter = createExporter(database.url);
});
afterEach(() => database.client.query(`TRUNCATE topic, event, ${projections.join()}`));
afterAll(async () => {
  await exporter.close();
  await database.close();
});

const by = (username: string) => ({ actor: username, privileged: true });
const rate = (id: string, username: string, fields: Record<string, unknown>) =>
  append(database.client, update(id, { username, ...fields }, by(username)));

async function talk(question = 'why?', texts = ['one', 'two']) {
  const [conversation, prompt, ...ids] = [newId(), newId(), ...texts.map(() => newId())];
  await append(database.client, [
    start(conversation, { topic: 'fruit' }),
    add(conversation, prompt, { content: question }),
    ...ids.map((id, index) => reply(conversation, id, { content: texts[index], parent_id: prompt })),
  ]);
  return { conversation, prompt, a: ids[0] ?? '', b: ids[1] ?? '' };
}

it('resolves conflicts between authors by the rule of the recipe, and counts them', async () => {
  const { a, b } = await talk();
  for (const [author, rating] of [
    ['ada', 'like'],
    ['bob', 'like'],
    ['eve', 'dislike'],
  ] as const)
    await rate(a, author, { rating });
  for (const [author, rating] of [
    ['ada', 'like'],
    ['bob', 'dislike'],
  ] as const)
    await rate(b, author, { rating });
  const labels = async (conflict: string) => {
    const { records, counts } = await exporter.run('kto', { conflict });
    return { labels: records.map(({ label }) => label), conflicts: counts.conflicts };
  };
  expect(await labels('majority')).toEqual({
    labels: [true],
    conflicts: { found: 2, decided: 1, dropped: 1, keptAll: 0 },
  });
  expect(await labels('drop')).toEqual({
    labels: [],
    conflicts: { found: 2, decided: 0, dropped: 2, keptAll: 0 },
  });
  expect(await labels('keep-all')).toEqual({
    labels: [true, false, true, false],
    conflicts: { found: 2, decided: 0, dropped: 0, keptAll: 2 },
  });
  const { records, counts } = await exporter.run('kto', { 'min-raters': '3' });
  expect({ records, skipped: counts.skipped.tooFewRaters }).toEqual({ records: [], skipped: 1 });
});

it('follows an author’s choice rather than their ratings', async () => {
  const { a, b } = await talk();
  await rate(a, 'ada', { rating: 'like' });
  await rate(b, 'ada', { rating: 'dislike' });
  const chosen = async () => (await exporter.run('dpo', { provenance: true })).records;
  expect(await chosen()).toMatchObject([
    { chosen: [{ content: 'one' }], provenance: { from: 'rating', raters: 1, messages: [a, b] } },
  ]);
  await rate(b, 'ada', { preferred_over: [a] });
  expect(await chosen()).toMatchObject([
    { chosen: [{ content: 'two' }], provenance: { from: 'preference' } },
  ]);
  await rate(b, 'ada', { preferred_over: null, tied_with: [a] });
  expect(await chosen()).toEqual([]);
});

it('uses a correction in place of the reply, and as the better one of a pair', async () => {
  const { a } = await talk('why?', ['wrong']);
  await rate(a, 'ada', { correction: 'right', rating: 'dislike' });
  const assistant = (content: string) => ({ role: 'assistant', content });
  expect((await exporter.run('dpo')).records).toEqual([
    {
      prompt: [{ role: 'user', content: 'why?' }],
      chosen: [assistant('right')],
      rejected: [assistant('wrong')],
    },
  ]);
  expect((await exporter.run('sft')).records).toEqual([
    { messages: [{ role: 'user', content: 'why?' }, assistant('right')] },
  ]);
});

it('counts scores with a threshold, and exports disliked replies only if the recipe says so', async () => {
  const { a, b } = await talk();
  await rate(a, 'ada', { score: 0.8 });
  await rate(b, 'ada', { score: 0.2 });
  expect((await exporter.run('kto')).records).toEqual([]);
  expect((await exporter.run('kto', { 'score-threshold': '0.5' })).records.map(({ label }) => label)).toEqual(
    [true, false],
  );
  await rate(b, 'ada', { rating: 'dislike' });
  expect((await exporter.run('sft')).records).toHaveLength(1);
  expect((await exporter.run('sft', { replies: 'all' })).records).toHaveLength(2);
});

it('hides usernames and personal data if the recipe says so', async () => {
  const { a } = await talk('I am bob@example.com, call +1 415 555 2671', [
    'Hello <bob@example.com>, key ghp_abcdefghijklmnopqrstuvwxyz0123456789',
  ]);
  await rate(a, 'secret-name', { rating: 'like', comment: 'x' });
  for (const format of ['kto', 'conversations', 'events'] as const) {
    expect((await exporter.run(format, { provenance: true })).lines.join()).not.toMatch(/secret-name|"ada"/);
  }
  const hashed = (await exporter.run('kto', { provenance: true, pseudonymise: true })).records;
  expect(hashed).toMatchObject([
    { provenance: { authors: [{ username: expect.stringMatching(/^[\w-]{22}$/) }] } },
  ]);
  const { records } = await exporter.run('kto', { redact: true });
  expect(records).toMatchObject([
    {
      prompt: [{ content: 'I am [EMAIL_1], call [PHONE_1]' }],
      completion: [{ content: 'Hello <[EMAIL_1]>, key [KEY_1]' }],
    },
  ]);
});

it('writes equal records once if the recipe says so', async () => {
  for (let index = 0; index < 3; index += 1) await rate((await talk()).a, 'ada', { rating: 'like' });
  expect((await exporter.run('kto')).records).toHaveLength(3);
  const { records, counts } = await exporter.run('kto', { deduplicate: true });
  expect({ count: records.length, skipped: counts.skipped.duplicate }).toEqual({ count: 1, skipped: 2 });
});

it('leaves out and counts what a chat template would refuse', async () => {
  const [conversation, answer] = [newId(), newId()];
  await append(database.client, [start(conversation, { topic: 'fruit' }), reply(conversation, answer)]);
  await rate(answer, 'ada', { rating: 'like' });
  const { records, counts } = await exporter.run('kto');
  expect({ records, roles: counts.skipped.roles }).toEqual({ records: [], roles: 1 });
});

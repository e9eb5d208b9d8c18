// What becomes of what people said: contradictions, preferences, corrections, and what must not leave.
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
const say = (id: string, username: string, fields: Record<string, unknown>) =>
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

it('decides contradictions between authors by the rule that is asked for, and counts them', async () => {
  const { a, b } = await talk();
  for (const [author, rating] of [
    ['ada', 'like'],
    ['bob', 'like'],
    ['eve', 'dislike'],
  ] as const)
    await say(a, author, { rating });
  for (const [author, rating] of [
    ['ada', 'like'],
    ['bob', 'dislike'],
  ] as const)
    await say(b, author, { rating });
  const labels = async (conflict: string) => {
    const { records, tally } = await exporter.run('kto', { conflict });
    return { labels: records.map(({ label }) => label), conflicts: tally.conflicts };
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
  const { records, tally } = await exporter.run('kto', { 'min-raters': '3' });
  expect({ records, skipped: tally.skipped.tooFewRaters }).toEqual({ records: [], skipped: 1 });
});

it('counts what an author chose for more than what follows from the ratings', async () => {
  const { a, b } = await talk();
  await say(a, 'ada', { rating: 'like' });
  await say(b, 'ada', { rating: 'dislike' });
  const chosen = async () => (await exporter.run('dpo', { provenance: true })).records;
  expect(await chosen()).toMatchObject([
    { chosen: [{ content: 'one' }], provenance: { from: 'rating', raters: 1, messages: [a, b] } },
  ]);
  await say(b, 'ada', { preferred_over: [a] });
  expect(await chosen()).toMatchObject([
    { chosen: [{ content: 'two' }], provenance: { from: 'preference' } },
  ]);
  await say(b, 'ada', { preferred_over: null, tied_with: [a] });
  expect(await chosen()).toEqual([]);
});

it('puts corrections in the place of what they correct, and against it', async () => {
  const { a } = await talk('why?', ['wrong']);
  await say(a, 'ada', { correction: 'right', rating: 'dislike' });
  const said = (content: string) => ({ role: 'assistant', content });
  expect((await exporter.run('dpo')).records).toEqual([
    { prompt: [{ role: 'user', content: 'why?' }], chosen: [said('right')], rejected: [said('wrong')] },
  ]);
  expect((await exporter.run('sft')).records).toEqual([
    { messages: [{ role: 'user', content: 'why?' }, said('right')] },
  ]);
});

it('takes scores by a threshold, and stopped or disliked replies only where asked', async () => {
  const { a, b } = await talk();
  await say(a, 'ada', { score: 0.8 });
  await say(b, 'ada', { score: 0.2 });
  expect((await exporter.run('kto')).records).toEqual([]);
  expect((await exporter.run('kto', { 'score-threshold': '0.5' })).records.map(({ label }) => label)).toEqual(
    [true, false],
  );
  await say(b, 'ada', { rating: 'dislike' });
  expect((await exporter.run('sft')).records).toHaveLength(1);
  expect((await exporter.run('sft', { replies: 'all' })).records).toHaveLength(2);
});

it('lets no username and no personal data out unless asked', async () => {
  const { a } = await talk('I am bob@example.com, call +1 415 555 2671', [
    'Hello <bob@example.com>, key ghp_abcdefghijklmnopqrstuvwxyz0123456789',
  ]);
  await say(a, 'secret-name', { rating: 'like', comment: 'x' });
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

it('keeps one of records that are exactly the same', async () => {
  for (let index = 0; index < 3; index += 1) await say((await talk()).a, 'ada', { rating: 'like' });
  expect((await exporter.run('kto')).records).toHaveLength(3);
  const { records, tally } = await exporter.run('kto', { deduplicate: true });
  expect({ count: records.length, left: tally.skipped.duplicate }).toEqual({ count: 1, left: 2 });
});

it('leaves out what a chat template would refuse, and counts it', async () => {
  const [conversation, answer] = [newId(), newId()];
  await append(database.client, [start(conversation, { topic: 'fruit' }), reply(conversation, answer)]);
  await say(answer, 'ada', { rating: 'like' });
  const { records, tally } = await exporter.run('kto');
  expect({ records, roles: tally.skipped.roles }).toEqual({ records: [], roles: 1 });
});

// Exports over HTTP: who may read them, compression, and how a broken one is continued.
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { add, append, reply, start, update } from '../support/log.ts';

const secret = 'a secret that has at least 32 characters';
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ AUTH_JWT_SECRET: secret });
  for (let index = 0; index < 5; index += 1) {
    const [conversation, prompt, answer] = [newId(), newId(), newId()];
    await append(app.database.client, [
      start(conversation, { topic: 'fruit' }),
      add(conversation, prompt, { content: `Question ${index}` }),
      reply(conversation, answer),
    ]);
    await append(app.database.client, update(answer, { rating: 'like' }));
  }
});
afterAll(() => app.stop());

const tokenOf = (role: string) =>
  new SignJWT({ roles: [role] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ada')
    .sign(new TextEncoder().encode(secret));

async function get(path: string, role: string | undefined = 'ANALYST', headers: Record<string, string> = {}) {
  const authorization = role === '' ? {} : { authorization: `Bearer ${await tokenOf(role)}` };
  return fetch(`${app.app.url}${path}`, { headers: { ...authorization, ...headers } });
}

it('an analyst gets a whole export, compressed if the client accepts it', async () => {
  const answer = await get('/exports/kto.jsonl?topic=fruit', 'ANALYST', { 'accept-encoding': 'identity' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('afterword-as-of')).toBe('19');
  const lines = (await answer.text()).trimEnd().split('\n');
  expect(lines).toHaveLength(5);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ label: true, prompt: [{ content: 'Question 0' }] });
  const compressed = await get('/exports/kto.jsonl?topic=fruit', 'ANALYST', { 'accept-encoding': 'gzip' });
  expect(compressed.headers.get('content-encoding')).toBe('gzip');
  expect((await compressed.text()).trimEnd().split('\n')).toEqual(lines);
});

it('an export continues after the records that were received', async () => {
  const whole = await (await get('/exports/kto.jsonl?topic=fruit&as-of=19')).text();
  const remaining = await (await get('/exports/kto.jsonl?topic=fruit&as-of=19&skip=2')).text();
  expect(remaining).toBe(whole.split('\n').slice(2).join('\n'));
  expect(await (await get('/exports/kto.jsonl?topic=fruit&as-of=19&skip=9')).text()).toBe('');
});

it('an export without the role, or with invalid parameters, is refused', async () => {
  const cases: [string, string, number, string][] = [
    ['/exports/kto.jsonl', '', 401, 'UNAUTHENTICATED'],
    ['/exports/kto.jsonl', 'USER', 403, 'FORBIDDEN'],
    ['/exports/csv.jsonl', 'ANALYST', 400, 'INVALID_INPUT'],
    ['/exports/kto.jsonl?colour=red', 'ANALYST', 400, 'INVALID_INPUT'],
    ['/exports/kto.jsonl?topic=fruit&as-of=99', 'ANALYST', 400, 'INVALID_INPUT'],
    ['/exports/kto.jsonl?split=a=0.5,b=0.5', 'ANALYST', 400, 'INVALID_INPUT'],
    ['/exports/kto.jsonl?skip=x', 'ANALYST', 400, 'INVALID_INPUT'],
  ];
  for (const [path, role, status, code] of cases) {
    const answer = await get(path, role);
    expect([path, answer.status]).toEqual([path, status]);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  }
});

it('the preview and the summary describe an export in advance', async () => {
  const analyst = app.as(await tokenOf('ANALYST'));
  const query = `{ datasetPreview(format: KTO, filter: {topic: "fruit"}, first: 2) { offset records }
    datasetSummary(format: KTO, filter: {topic: "fruit", minRaters: 1}) { records conversations tokenEstimate models { key count } } }`;
  const { data, errors } = await analyst.send(query);
  expect(errors ?? []).toEqual([]);
  expect(data).toMatchObject({
    datasetPreview: { offset: 19, records: [{ label: true }, { label: true }] },
    datasetSummary: { records: 5, conversations: 5, models: [{ key: 'zephyr', count: 5 }] },
  });
  const refused = await app.as(await tokenOf('USER')).send('{ datasetSummary(format: KTO) { records } }');
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

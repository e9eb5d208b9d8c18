// Liveness, readiness, and what a server answers while it stops.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import * as operations from '../../src/client/operations.ts';
import { parseConfig } from '../../src/config.ts';
import { startTestApp } from '../support/app.ts';
import { type CutProxy, startCutProxy } from '../support/cut-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { rawRequest } from '../support/raw-http.ts';
import { openSocket } from '../support/raw-websocket.ts';
import { createRecordedLog } from '../support/recorded-log.ts';
import { hang } from '../support/script.ts';
import { sendMessage, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let database: TestDatabase;
let proxy: CutProxy;
let app: Awaited<ReturnType<typeof startApp>>;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startCutProxy(database.url);
  app = await startApp(
    parseConfig({ PORT: '0', DATABASE_URL: proxy.url, LOG_LEVEL: 'silent', SHUTDOWN_GRACE_MS: '0' }),
    createRecordedLog().log,
  );
});
afterAll(async () => {
  await app.stop();
  await proxy.stop();
  await database.close();
});

async function ask(path: string) {
  const { status, text } = await rawRequest(app.url, { method: 'GET', path });
  return { status, body: JSON.parse(text) };
}

const ready = { status: 200, body: { status: 'ready' } };
const alive = { status: 200, body: { status: 'alive' } };
const unavailable = { status: 503, body: { status: 'the database does not answer' } };

describe('health', () => {
  it('is 200', async () => {
    expect(await ask('/health')).toEqual(alive);
    expect(await ask('/ready')).toEqual(ready);
  });

  it('answers HEAD too, with any Host, since probes send an address', async () => {
    for (const path of ['/health', '/ready']) {
      const answer = await rawRequest(app.url, { method: 'HEAD', path, headers: { host: '10.0.0.7:4000' } });
      expect(answer.status).toBe(200);
    }
  });

  it('/ready is 503 while connections to the database are refused, and 200 afterwards', async () => {
    proxy.cut();
    expect(await ask('/ready')).toEqual(unavailable);
    expect(await ask('/health')).toEqual(alive);
    proxy.restore();
    await waitUntil('it is ready again', async () => (await ask('/ready')).status === 200);
  });

  it('/ready is 503 within seconds while the database is silent, and 200 afterwards', async () => {
    proxy.silence();
    const startedAt = performance.now();
    expect(await ask('/ready')).toEqual(unavailable);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await ask('/health')).toEqual(alive);
    proxy.restore();
    await waitUntil('it is ready again', async () => (await ask('/ready')).status === 200);
  });

  it('/ready is 503 if the migrations are not applied', async () => {
    await database.client.query('ALTER FUNCTION append_events(append_item[]) RENAME TO gone');
    expect(await ask('/ready')).toEqual({ status: 503, body: { status: 'migrations are not applied' } });
    await database.client.query('ALTER FUNCTION gone(append_item[]) RENAME TO append_events');
    expect(await ask('/ready')).toEqual(ready);
  });
});

describe('a server that is stopping', () => {
  it('reports it on new connections, refuses work and WebSockets, and accepts no connection once it has stopped', async () => {
    const test = await startTestApp({ SHUTDOWN_GRACE_MS: '1500' });
    test.model.enqueue([hang]);
    const conversationId = await startConversation(test.client);
    await sendMessage(test.client, { conversationId, content: 'hi' });
    const stopping = test.stop();
    const get = (path: string) => rawRequest(test.app.url, { method: 'GET', path });
    expect(await get('/ready')).toMatchObject({ status: 503, text: '{"status":"stopping"}' });
    expect(await get('/health')).toMatchObject({ status: 200, headers: { connection: 'close' } });
    const late = sendMessage(test.client, { conversationId, content: 'one more' });
    await expect(late).rejects.toThrow('shutting down');
    await expect(openSocket(test.app.url)).rejects.toThrow('503');
    await stopping;
    await expect(get('/health')).rejects.toThrow();
  });

  it('answers earlier requests within the grace time', async () => {
    const test = await startTestApp({ SHUTDOWN_GRACE_MS: '8000' });
    const conversationId = await startConversation(test.client);
    const { client } = test.database;
    await client.query('BEGIN; LOCK TABLE topic IN ACCESS EXCLUSIVE MODE');
    const input = { conversationId, role: 'USER' as const, content: 'late' };
    const added = test.client.run(operations.AddMessageDocument, { input });
    const isWaiting = async () => {
      const waiting = await client.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return waiting.rowCount === 1;
    };
    await waitUntil('the write waits', isWaiting);
    const stoppedAt = performance.now();
    const stopping = test.app.stop();
    // Twice as long as requests in progress get without a grace time.
    await waitUntil('a second is over', () => performance.now() - stoppedAt > 1_000);
    await client.query('ROLLBACK');
    expect((await added).addMessage.message).toMatchObject({ content: 'late' });
    await stopping;
    await test.stop();
  });

  it('does not wait for a client that has gone silent', async () => {
    const test = await startTestApp();
    const raw = await openSocket(test.app.url);
    raw.socket.pause();
    const startedAt = performance.now();
    await test.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    raw.socket.terminate();
  });
});

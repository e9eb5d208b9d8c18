// The built pages and their files, as the server sends them.
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStaticFiles } from '../../src/http/static.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { rawRequest } from '../support/raw-http.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({ ALLOWED_ORIGINS: 'https://chat.example' });
});
afterAll(() => test.stop());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(test.app.url, { method, path, headers });

async function getBytes(path: string, coding: string): Promise<{ coding: string | null; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    request(new URL(path, test.app.url), { headers: { 'accept-encoding': coding } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () =>
        resolve({ coding: answer.headers['content-encoding'] ?? null, bytes: Buffer.concat(parts) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

async function entryScript(): Promise<string> {
  const { text } = await get('/');
  return /<script type="module"[^>]* src="([^"]+)"/.exec(text)?.[1] ?? 'none';
}

describe('the pages', () => {
  it('are one document at each of their paths, which browsers check each time', async () => {
    const answers = await Promise.all(['/', '/dashboard', '/log?topic=default'].map((path) => get(path)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-cache');
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('may run, show and load only files of this server, and nothing inline', async () => {
    const policy = String((await get('/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|blob:|\*/);
  });

  it('contain nothing inline that the policy forbids, and name no other host', async () => {
    const { text } = await get('/');
    expect(text).not.toMatch(/<style|\sstyle=|\son[a-z]+=|https?:\/\//);
    for (const [, inside] of text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)) expect(inside).toBe('');
  });

  it('are not sent again to a browser that has them', async () => {
    const { headers } = await get('/');
    const answer = await get('/', { 'if-none-match': String(headers.etag) });
    expect(answer).toMatchObject({ status: 304, text: '' });
    expect(answer.headers['content-security-policy']).toBe(headers['content-security-policy']);
    expect((await get('/', { 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('answer HEAD with the same headers and no body', async () => {
    const [full, head] = [await get('/'), await get('/', {}, 'HEAD')];
    expect(head.text).toBe('');
    expect(head.headers['content-length']).toBe(full.headers['content-length']);
  });

  it('are read-only', async () => {
    expect(await get('/', {}, 'POST')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('a file that the pages load', () => {
  it('may be cached forever, by the hash in its name', async () => {
    const path = await entryScript();
    expect(path).toMatch(/^\/assets\/index-[\w-]{8}\.js$/);
    const { status, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it('is the same in every content coding, and comes in the best one that the client accepts', async () => {
    const path = await entryScript();
    const plain = await getBytes(path, 'identity');
    const gzip = await getBytes(path, 'gzip');
    const brotli = await getBytes(path, 'gzip, deflate, br');
    expect([plain.coding, gzip.coding, brotli.coding]).toEqual([null, 'gzip', 'br']);
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    expect(brotliDecompressSync(brotli.bytes).equals(plain.bytes)).toBe(true);
    expect(brotli.bytes.length).toBeLessThan(gzip.bytes.length);
    expect((await getBytes(path, 'br;q=0, gzip;q=0.5')).coding).toBe('gzip');
  });

  it('is one of those that were built', async () => {
    for (const path of [
      '/assets/',
      '/index.js',
      '/../app.ts',
      '/%2e%2e/app.ts',
      '/assets/../../main.ts',
      '/index.html.br',
    ]) {
      expect(await get(path), path).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it('may be read by pages of allowed origins, and of no others', async () => {
    const allowed = await get('/widget.js', { origin: 'https://chat.example' });
    expect(allowed.status).toBe(200);
    expect(allowed.headers['access-control-allow-origin']).toBe('https://chat.example');
    const foreign = await get('/widget.js', { origin: 'https://evil.example' });
    expect(foreign).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });
});

describe('a server without built pages', () => {
  it('says how to build them', () => {
    const files = createStaticFiles('/nowhere/at/all');
    const serve = () => files.serve('/', { method: 'GET', headers: {} } as never, {} as never);
    expect(serve).toThrow(/npm run build/);
  });
});

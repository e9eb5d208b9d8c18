// GraphiQL, the page at /graphql.
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaText } from '../../src/cli/print-schema.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type RawAnswer, rawRequest } from '../support/raw-http.ts';

let test: TestApp;
let page: RawAnswer;
beforeAll(async () => {
  test = await startTestApp();
  page = await rawRequest(test.app.url, { method: 'GET', headers: { accept: 'text/html' } });
});
afterAll(() => test.stop());

/** The page without its inline scripts and styles. */
const skeleton = () => page.text.replaceAll(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/g, '$1$3');

function defaultQuery(): string {
  const [, text = '""'] = /"defaultQuery":("(?:[^"\\]|\\.)*")/.exec(page.text) ?? [];
  const query: unknown = JSON.parse(text);
  return typeof query === 'string' ? query : '';
}

describe('GraphiQL', () => {
  it('is at /graphql in a browser', () => {
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).toContain('<title>Afterword</title>');
  });

  it('loads nothing from another host', () => {
    const urls = [...skeleton().matchAll(/\s(?:src|href|action)\s*=\s*["']?([^"'\s>]+)/g)].map(
      ([, url]) => url,
    );
    expect(urls.filter((url) => !url?.startsWith('data:'))).toEqual([]);
    expect(page.text).not.toMatch(/@import\s+(url\()?["']?https?:/);
    expect(page.text).not.toMatch(/url\(["']?https?:/);
  });

  it('may not load from another host, and must not be framed', () => {
    const policy = page.headers['content-security-policy'];
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
  });

  it('opens with valid operations, which start a conversation with a model that is available', () => {
    const query = defaultQuery();
    expect(query).toContain('model: "model-a"');
    const document = parse(query);
    expect(document.definitions.length).toBeGreaterThan(3);
    expect(validate(buildSchema(schemaText()), document)).toEqual([]);
  });

  it('is refused to pages of other sites and foreign hosts, like every other path', async () => {
    for (const headers of [{ host: 'evil.example' }, { origin: 'https://evil.example' }]) {
      const answer = await rawRequest(test.app.url, {
        method: 'GET',
        headers: { accept: 'text/html', ...headers },
      });
      expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
  });
});

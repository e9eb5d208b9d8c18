import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;
const budgetBytes = 200_000;

/** Bytes on the wire for the page, of files and API answers, by address. */
async function transferredBytes(page: Page): Promise<Map<string, number>> {
  await page.waitForLoadState('networkidle');
  const entries = await page.evaluate(() =>
    performance
      .getEntries()
      .filter((entry) => entry instanceof PerformanceResourceTiming)
      .map(({ name, transferSize }): [string, number] => [name, transferSize]),
  );
  return new Map(entries);
}

const sum = (bytes: Map<string, number>) => [...bytes.values()].reduce((total, size) => total + size, 0);

describe.skipIf(!hasBrowser)('the first load', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());

  it('is under 200 KB, API answers included, and loads no charts or formulas', async () => {
    const context = await pages.newContext();
    // Every server and proxy supports gzip; brotli would be smaller.
    await context.setExtraHTTPHeaders({ 'accept-encoding': 'gzip' });
    const page = await pages.open('/', {}, context);
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
    const bytes = await transferredBytes(page);
    expect(bytes.size).toBeGreaterThan(4);
    expect([...bytes.keys()].filter((url) => /katex|chart/i.test(url))).toEqual([]);
    expect(sum(bytes), JSON.stringify([...bytes])).toBeLessThan(budgetBytes);
  });

  it('is cached: a second load transfers no asset again', async () => {
    const context = await pages.newContext();
    const page = await pages.open('/', {}, context);
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
    await page.goto('about:blank');
    await page.goto(pages.app.url);
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
    const secondLoad = await transferredBytes(page);
    const files = [...secondLoad].filter(([url]) => url.includes('/assets/'));
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter(([, bytes]) => bytes > 0)).toEqual([]);
  });
});

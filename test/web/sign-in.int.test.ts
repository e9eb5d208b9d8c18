import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secret, signWithSecret } from '../support/tokens.ts';
import { violationsOf } from './support/axe.ts';
import { button, replied, say } from './support/chat.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

describe.skipIf(!hasBrowser)('pages of a server that asks who is there', () => {
  beforeAll(async () => {
    pages = await startPages({ AUTH_JWT_SECRET: secret });
  });
  afterAll(() => pages.stop());

  it('take a token, keep it in the tab, and send it on every way', async () => {
    const page = await pages.open('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const field = page.getByRole('textbox', { name: 'Token' });
    await field.fill('not a token');
    await button(page, 'Sign in').click();
    await page.getByText('The token was not accepted').waitFor();
    await field.fill(`Bearer ${await signWithSecret({ sub: 'ada' })}`);
    await button(page, 'Sign in').click();
    await page.getByText('ada', { exact: true }).waitFor();
    await say(page, 'Who am I?');
    await replied(page, 'Hello from the script.');
    await page.reload();
    await replied(page, 'Hello from the script.');
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    await button(page, 'Sign out').click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    pages.complaints();
  });

  it('download datasets with the token, which a link could not carry', async () => {
    const token = await signWithSecret({ sub: 'ada', roles: ['ADMIN'] });
    const context = await pages.newContext();
    await context.addInitScript((given) => sessionStorage.setItem('afterword.token', given), token);
    const page = await pages.open('/', {}, context);
    await say(page, 'To be exported');
    await replied(page, 'Hello from the script.');
    await page.getByRole('link', { name: 'Log' }).click();
    await button(page, 'Dataset').click();
    await page.getByRole('combobox', { name: 'Format' }).selectOption('EVENTS');
    const downloading = page.waitForEvent('download');
    await button(page, 'Download events.jsonl').click();
    const lines = (await readText(await (await downloading).createReadStream())).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(pages.complaints()).toEqual([]);
  });
});

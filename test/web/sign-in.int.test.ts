import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secret, signWithSecret } from '../support/tokens.ts';
import { violationsOf } from './support/axe.ts';
import { button, sendMessage, waitForReply } from './support/chat.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

describe.skipIf(!hasBrowser)('the pages of a server that requires a token', () => {
  beforeAll(async () => {
    pages = await startPages({ AUTH_JWT_SECRET: secret });
  });
  afterAll(() => pages.stop());

  it('ask for a token, keep it in the tab, and send it with every request and socket', async () => {
    const page = await pages.open('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const field = page.getByRole('textbox', { name: 'Token' });
    await field.fill('not a token');
    await button(page, 'Sign in').click();
    await page.getByText('The server did not accept the token').waitFor();
    await field.fill(`Bearer ${await signWithSecret({ sub: 'ada' })}`);
    await button(page, 'Sign in').click();
    await page.getByText('ada', { exact: true }).waitFor();
    await sendMessage(page, 'Who am I?');
    await waitForReply(page, 'Hello from the script.');
    await page.reload();
    await waitForReply(page, 'Hello from the script.');
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    await button(page, 'Sign out').click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    pages.takeErrors();
  });

  it('download datasets with the token, which a plain link could not send', async () => {
    const token = await signWithSecret({ sub: 'ada', roles: ['ADMIN'] });
    const context = await pages.newContext();
    await context.addInitScript((value) => sessionStorage.setItem('afterword.token', value), token);
    const page = await pages.open('/', {}, context);
    await sendMessage(page, 'To be exported');
    await waitForReply(page, 'Hello from the script.');
    await page.getByRole('link', { name: 'Log' }).click();
    await button(page, 'Dataset').click();
    await page.getByRole('combobox', { name: 'Format' }).selectOption('EVENTS');
    const downloading = page.waitForEvent('download');
    await button(page, 'Download events.jsonl').click();
    const lines = (await readText(await (await downloading).createReadStream())).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(pages.takeErrors()).toEqual([]);
  });
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reply } from '../support/script.ts';
import { violationsOf } from './support/axe.ts';
import { button, conversationOf, sendMessage, waitForReply } from './support/chat.ts';
import { desktop, hasBrowser, type Pages, phone, startPages, type View } from './support/pages.ts';

let pages: Pages;
let conversation: string;

const views: (View & { name: string })[] = [
  { name: 'on a desktop, light', viewport: desktop, theme: 'light' },
  { name: 'on a desktop, dark', viewport: desktop, theme: 'dark' },
  { name: 'on a phone, light', viewport: phone, theme: 'light' },
  { name: 'on a phone, dark', viewport: phone, theme: 'dark' },
];

/** Presses a key until the element with this name has the focus. */
async function pressUntilFocused(page: Page, key: string, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const label = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
    });
    if (label === name) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${name}.`);
}

const hasFocusRing = (page: Page) =>
  page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
  });

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe.skipIf(!hasBrowser)('the pages', () => {
  beforeAll(async () => {
    pages = await startPages();
    const markdown =
      '# Title\n\nA [link](https://example.org/), `code`.\n\n```ts\nconst a = 1;\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n> quoted\n\n- [x] task';
    pages.model.enqueue(reply(markdown), reply('another'));
    const page = await pages.open('/');
    await sendMessage(page, 'Show me everything');
    conversation = await conversationOf(page);
    await button(await waitForReply(page, 'Title'), 'Regenerate').click();
    await waitForReply(page, 'another');
  });
  afterAll(() => pages.stop());
  afterEach(async () => {
    for (const context of pages.browser.contexts()) await context.close();
    expect(pages.takeErrors()).toEqual([]);
  });

  for (const view of views) {
    it(`pass axe, with no horizontal overflow, ${view.name}`, async () => {
      const page = await pages.open('/', view);
      await page.getByRole('heading', { name: 'Ask something' }).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await page.goto(`${pages.app.url}/?conversation=${conversation}`);
      await button(page, 'Earlier reply').click();
      await button(await waitForReply(page, 'Title'), 'Comment or correct').click();
      await page.getByRole('form', { name: 'Feedback on this reply' }).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await button(page, 'End').click();
      await page.getByRole('alertdialog').waitFor();
      expect(await violationsOf(page)).toEqual([]);
    });
  }

  it('open the list of conversations over the chat on a phone, and close it when one is chosen', async () => {
    const page = await pages.open('/', { viewport: phone });
    await button(page, 'Conversations').click();
    const list = page.getByRole('dialog', { name: 'Conversations' });
    await list.getByRole('link', { name: /Show me everything/ }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await list.getByRole('link', { name: /Show me everything/ }).click();
    await list.waitFor({ state: 'detached' });
    await waitForReply(page, 'another');
  });

  it('can be used by keyboard only, and show the focus', async () => {
    const page = await pages.open('/');
    await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Enter');
    await waitForReply(page, 'Hello');
    await pressUntilFocused(page, 'Shift+Tab', 'Dislike');
    expect(await hasFocusRing(page)).toBe(true);
    await page.keyboard.press('Space');
    await page.getByRole('form', { name: 'Feedback on this reply' }).waitFor();
    await pressUntilFocused(page, 'Tab', 'Too long');
    expect(await hasFocusRing(page)).toBe(true);
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await page.getByRole('form', { name: 'Feedback on this reply' }).waitFor({ state: 'detached' });
    await pressUntilFocused(page, 'Shift+Tab', 'End');
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('End');
  });

  it('skip to the content with the first Tab stop', async () => {
    const page = await pages.open('/');
    await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await pressUntilFocused(page, 'Shift+Tab', 'Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  });

  it('keep the chosen theme, and apply it before the first paint', async () => {
    const page = await pages.open('/', { theme: 'light' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: /Theme: system/ }).click();
    await page.getByRole('button', { name: /Theme: light/ }).click();
    await page.getByRole('button', { name: /Theme: dark/ }).waitFor();
    expect(await background()).not.toBe(light);
    await page.reload({ waitUntil: 'commit' });
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  });
});

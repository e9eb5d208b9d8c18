import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCutProxy } from '../support/cut-proxy.ts';
import { createGate, delta, done, finish, reply, type Script, wait } from '../support/script.ts';
import { button, conversationOf, lastReply, replied, replies, say } from './support/chat.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

/** Two parts of a reply, and a gate before the second. */
function inTwoParts(): { script: Script; open(): void } {
  const gate = createGate();
  return {
    script: [delta('one two '), wait(gate.opened), delta('three four'), finish(), done],
    open: gate.open,
  };
}

const shown = (page: Page, text: string) => lastReply(page).filter({ hasText: text }).waitFor();

describe.skipIf(!hasBrowser)('a reply in the middle of which', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());
  afterEach(async () => {
    for (const context of pages.browser.contexts()) await context.close();
    expect(pages.complaints()).toEqual([]);
  });

  it('the page is reloaded goes on where it was', async () => {
    const { script, open } = inTwoParts();
    pages.model.enqueue(script);
    const page = await pages.open('/');
    await say(page, 'Count');
    await shown(page, 'one two');
    await page.reload();
    await shown(page, 'one two');
    await button(page, 'Stop').waitFor();
    open();
    const whole = await replied(page, 'one two three four');
    expect((await whole.locator('p').first().innerText()).trim()).toBe('one two three four');
  });

  it('the network is lost says that it reconnects, and goes on without a gap or a repetition', async () => {
    const proxy = await startCutProxy(pages.app.url);
    try {
      const { script, open } = inTwoParts();
      pages.model.enqueue(script);
      const page = await pages.open('', { url: proxy.url });
      await say(page, 'Count');
      await shown(page, 'one two');
      proxy.cut();
      await page.getByText('reconnecting').waitFor();
      open();
      proxy.restore();
      const whole = await replied(page, 'one two three four');
      expect((await whole.locator('p').first().innerText()).trim()).toBe('one two three four');
      await page.getByText('reconnecting').waitFor({ state: 'detached' });
    } finally {
      await proxy.stop();
    }
  });

  it('a prompt can not be sent keeps it, to be sent again', async () => {
    const proxy = await startCutProxy(pages.app.url);
    try {
      const page = await pages.open('', { url: proxy.url });
      await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
      proxy.cut();
      await say(page, 'Are you there?');
      await page.getByText('The message was not sent.').waitFor();
      proxy.restore();
      await button(page, 'Send again').click();
      await replied(page, 'Hello from the script.');
      expect(await page.getByText('The message was not sent.').count()).toBe(0);
    } finally {
      await proxy.stop();
    }
  });

  it('another tab shows the same, also what is said, rated and stopped there', async () => {
    const { script, open } = inTwoParts();
    pages.model.enqueue(script, reply('again'));
    const context = await pages.newContext();
    const first = await pages.open('/', {}, context);
    await say(first, 'Count');
    const id = await conversationOf(first);
    const second = await pages.open(`/?conversation=${id}`, {}, context);
    await shown(second, 'one two');
    open();
    await replied(first, 'one two three four');
    const there = await replied(second, 'one two three four');
    await button(there, 'Like').click();
    await first.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
    await button(there, 'Regenerate').click();
    await replied(first, 'again');
    await first.getByText('2 of 2').waitFor();
    expect(await replies(first).count()).toBe(await replies(second).count());
  });
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCutProxy } from '../support/cut-proxy.ts';
import { createGate, delta, done, finish, reply, type Script, wait } from '../support/script.ts';
import { button, conversationOf, lastReply, replies, sendMessage, waitForReply } from './support/chat.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

/** A reply in two parts: the second is sent when the gate is opened. */
function createGatedReply(): { script: Script; open(): void } {
  const gate = createGate();
  return {
    script: [delta('one two '), wait(gate.opened), delta('three four'), finish(), done],
    open: gate.open,
  };
}

const waitForText = (page: Page, text: string) => lastReply(page).filter({ hasText: text }).waitFor();

describe.skipIf(!hasBrowser)('the chat', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());
  afterEach(async () => {
    for (const context of pages.browser.contexts()) await context.close();
    expect(pages.takeErrors()).toEqual([]);
  });

  it('resumes a running reply after a reload', async () => {
    const { script, open } = createGatedReply();
    pages.model.enqueue(script);
    const page = await pages.open('/');
    await sendMessage(page, 'Count');
    await waitForText(page, 'one two');
    await page.reload();
    await waitForText(page, 'one two');
    await button(page, 'Stop').waitFor();
    open();
    const text = await waitForReply(page, 'one two three four');
    expect((await text.locator('p').first().innerText()).trim()).toBe('one two three four');
  });

  it('resumes a running reply after the network was lost, without a gap or a repetition, and shows that it reconnects', async () => {
    const proxy = await startCutProxy(pages.app.url);
    try {
      const { script, open } = createGatedReply();
      pages.model.enqueue(script);
      const page = await pages.open('', { url: proxy.url });
      await sendMessage(page, 'Count');
      await waitForText(page, 'one two');
      proxy.cut();
      await page.getByText('reconnecting').waitFor();
      open();
      proxy.restore();
      const text = await waitForReply(page, 'one two three four');
      expect((await text.locator('p').first().innerText()).trim()).toBe('one two three four');
      await page.getByText('reconnecting').waitFor({ state: 'detached' });
    } finally {
      await proxy.stop();
    }
  });

  it('keeps a prompt that could not be sent, and sends it again', async () => {
    const proxy = await startCutProxy(pages.app.url);
    try {
      const page = await pages.open('', { url: proxy.url });
      await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
      proxy.cut();
      await sendMessage(page, 'Are you there?');
      await page.getByText('The message was not sent.').waitFor();
      proxy.restore();
      await button(page, 'Send again').click();
      await waitForReply(page, 'Hello from the script.');
      expect(await page.getByText('The message was not sent.').count()).toBe(0);
    } finally {
      await proxy.stop();
    }
  });

  it('shows in one tab what is written, rated and regenerated in another', async () => {
    const { script, open } = createGatedReply();
    pages.model.enqueue(script, reply('again'));
    const context = await pages.newContext();
    const first = await pages.open('/', {}, context);
    await sendMessage(first, 'Count');
    const id = await conversationOf(first);
    const second = await pages.open(`/?conversation=${id}`, {}, context);
    await waitForText(second, 'one two');
    open();
    await waitForReply(first, 'one two three four');
    const inSecondTab = await waitForReply(second, 'one two three four');
    await button(inSecondTab, 'Like').click();
    await first.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
    await button(inSecondTab, 'Regenerate').click();
    await waitForReply(first, 'again');
    await first.getByText('2 of 2').waitFor();
    expect(await replies(first).count()).toBe(await replies(second).count());
  });
});

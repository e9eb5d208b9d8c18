import { text as readText } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  AddMessageDocument,
  RateMessageDocument,
  StartConversationDocument,
} from '../../src/client/operations.ts';
import { violationsOf } from './support/axe.ts';
import { button } from './support/chat.ts';
import { desktop, hasBrowser, type Pages, phone, startPages } from './support/pages.ts';

let pages: Pages;

async function startConversation(topic: string, title: string): Promise<string> {
  const input = { topic, title, model: 'model-a' };
  const { startConversation } = await pages.client.run(StartConversationDocument, { input });
  return startConversation.conversation.id;
}

async function addMessage(
  conversationId: string,
  role: 'USER' | 'ASSISTANT',
  content: string,
): Promise<string> {
  const { addMessage } = await pages.client.run(AddMessageDocument, {
    input: { conversationId, role, content },
  });
  return addMessage.message.id;
}

describe.skipIf(!hasBrowser)('the log', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());
  afterEach(async () => {
    for (const context of pages.browser.contexts()) await context.close();
    expect(pages.takeErrors()).toEqual([]);
  });

  it('shows the recorded events, then each new one as it happens', async () => {
    const id = await startConversation('live', 'Before the page');
    const page = await pages.open('/log?topic=live');
    await page.getByRole('button', { name: /start conversation Before the page/ }).waitFor();
    await addMessage(id, 'USER', 'While the page is open');
    await page.getByRole('button', { name: /user: While the page is open/ }).waitFor();
    const rows = page.getByRole('list', { name: 'Events, newest first' }).getByRole('button');
    expect(await rows.count()).toBe(2);
    // innerText is empty for a row that has not been painted yet.
    expect(await rows.first().textContent()).toContain('While the page is open');
  });

  it('says what to do if there are no events, or no matching ones', async () => {
    const page = await pages.open('/log?topic=empty');
    await page.getByText('No events yet').waitFor();
    await startConversation('empty', 'The first');
    await page.getByRole('button', { name: /The first/ }).waitFor();
    await button(page, 'end conversation').click();
    await page.getByText('No matching events').waitFor();
  });

  it('filters by topic, type and conversation, and keeps the filters in its address', async () => {
    const [one, two] = [
      await startConversation('filtered', 'One'),
      await startConversation('filtered', 'Two'),
    ];
    await addMessage(one, 'USER', 'in one');
    await addMessage(two, 'USER', 'in two');
    const page = await pages.open('/log');
    await page.getByRole('combobox', { name: 'Topic' }).selectOption('filtered');
    const rows = page.getByRole('list', { name: 'Events, newest first' }).getByRole('button');
    await rows.nth(3).waitFor();
    await button(page, 'add message').click();
    await page.waitForURL(/types=ADD_MESSAGE/);
    await rows.filter({ hasText: 'start conversation' }).first().waitFor({ state: 'detached' });
    await rows.filter({ hasText: 'in one' }).waitFor();
    expect(await rows.count()).toBe(2);
    await page.getByRole('textbox', { name: 'Conversation id' }).fill(two);
    await page.keyboard.press('Enter');
    await rows.filter({ hasText: 'in one' }).waitFor({ state: 'detached' });
    await rows.filter({ hasText: 'in two' }).waitFor();
    expect(await rows.count()).toBe(1);
    const shared = await pages.open(new URL(page.url()).pathname + new URL(page.url()).search);
    await shared.getByRole('button', { name: /user: in two/ }).waitFor();
    expect(await shared.getByRole('button', { name: /in one/ }).count()).toBe(0);
  });

  it('shows earlier events on request', async () => {
    const id = await startConversation('long', 'The very first');
    for (let count = 0; count < 210; count += 1) await addMessage(id, 'USER', `message ${count}`);
    const page = await pages.open('/log?topic=long');
    await page.getByRole('button', { name: /user: message 209/ }).waitFor();
    expect(await page.getByRole('button', { name: /The very first/ }).count()).toBe(0);
    await button(page, 'Show earlier events').click();
    await page.getByRole('button', { name: /The very first/ }).waitFor();
    expect(await button(page, 'Show earlier events').count()).toBe(0);
  });

  it('previews a dataset, and downloads it', async () => {
    const id = await startConversation('taught', 'Taught');
    await addMessage(id, 'USER', 'How far?');
    const reply = await addMessage(id, 'ASSISTANT', 'Very far.');
    await pages.client.run(RateMessageDocument, { input: { messageId: reply, rating: 'LIKE' } });
    const page = await pages.open('/log?topic=taught');
    await button(page, 'Dataset').click();
    const dialog = page.getByRole('dialog', { name: 'Dataset of taught' });
    await dialog.locator('pre').filter({ hasText: '"label": true' }).waitFor();
    await dialog.locator('dl > div', { hasText: 'Records' }).getByText('1', { exact: true }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const downloading = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Download kto.jsonl' }).click();
    const stream = await (await downloading).createReadStream();
    const lines = (await readText(stream)).trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ label: true }]);
    await dialog.getByRole('combobox', { name: 'Source' }).selectOption('REVIEWER');
    await dialog.getByText('No records: choose another format').waitFor();
    await dialog.getByRole('combobox', { name: 'Format' }).selectOption('EVENTS');
    await dialog.getByRole('link', { name: 'Download events.jsonl' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  for (const [name, viewport, theme] of [
    ['a desktop, light', desktop, 'light'],
    ['a desktop, dark', desktop, 'dark'],
    ['a phone, light', phone, 'light'],
    ['a phone, dark', phone, 'dark'],
  ] as const) {
    it(`shows an event's payload, and its conversation at each version, on ${name}`, async () => {
      const topic = `travel-${viewport.width}-${theme}`;
      const id = await startConversation(topic, 'Travel');
      await addMessage(id, 'USER', 'How far?');
      const reply = await addMessage(id, 'ASSISTANT', 'Very *far*.');
      await pages.client.run(RateMessageDocument, { input: { messageId: reply, rating: 'LIKE' } });
      const page = await pages.open(`/log?topic=${topic}`, { viewport, theme });
      await page.getByRole('button', { name: /rating: like/ }).click();
      const detail = page.getByRole('region', { name: 'Event', exact: true });
      await detail.locator('pre').filter({ hasText: '"rating": "like"' }).waitFor();
      await detail.getByText('local like').waitFor();
      expect(await violationsOf(page)).toEqual([]);
      const slider = detail.getByRole('slider', { name: 'Version 4 of 4' });
      await slider.focus();
      await page.keyboard.press('ArrowLeft');
      await detail.getByText('local like').waitFor({ state: 'detached' });
      await detail.getByText('Very far.').waitFor();
      await page.keyboard.press('ArrowLeft');
      await detail.getByText('Very far.').waitFor({ state: 'detached' });
      await detail.getByText('How far?').first().waitFor();
      await page.keyboard.press('Home');
      await detail.getByText('No messages yet.').waitFor();
      await button(detail, 'Close the event').click();
      await page.getByRole('button', { name: /rating: like/ }).waitFor();
      expect(await violationsOf(page)).toEqual([]);
    });
  }
});

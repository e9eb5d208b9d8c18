import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AddMessageDocument,
  PreferReplyDocument,
  RateMessageDocument,
  StartConversationDocument,
  SubmitFeedbackDocument,
} from '../../src/client/operations.ts';
import { violationsOf } from './support/axe.ts';
import { desktop, hasBrowser, type Pages, phone, startPages } from './support/pages.ts';

let pages: Pages;

type Feedback = { rating?: 'LIKE' | 'DISLIKE'; score?: number; source?: 'END_USER' | 'REVIEWER' };

async function addReply(
  topic: string,
  model: string,
  { rating, score, source = 'END_USER' }: Feedback,
): Promise<string> {
  const started = await pages.client.run(StartConversationDocument, { input: { topic, model: 'model-a' } });
  const conversationId = started.startConversation.conversation.id;
  const { addMessage } = await pages.client.run(AddMessageDocument, {
    input: { conversationId, role: 'ASSISTANT', content: `written by ${model}`, model },
  });
  const messageId = addMessage.message.id;
  if (rating !== undefined || score !== undefined) {
    await pages.client.run(RateMessageDocument, { input: { messageId, rating, score, source } });
  }
  return messageId;
}

const tile = (page: Page, name: string): Locator => page.locator('dl > div', { hasText: name });
const card = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

async function openTable(region: Locator): Promise<string[][]> {
  await region.getByText('As a table').click();
  const rows = region.locator('tbody tr');
  return rows.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
  );
}

describe.skipIf(!hasBrowser)('the dashboard', () => {
  beforeAll(async () => {
    pages = await startPages();
    for (const rating of ['LIKE', 'LIKE', 'LIKE', 'DISLIKE'] as const)
      await addReply('shown', 'model-a', { rating });
    await addReply('shown', 'model-a', {});
    const disliked = await addReply('shown', 'model-b', { rating: 'DISLIKE', score: 0.15 });
    await pages.client.run(SubmitFeedbackDocument, {
      input: { messageId: disliked, comment: 'Much too long', tags: ['too_long'] },
    });
    await addReply('shown', 'model-b', { rating: 'LIKE', score: 0.95, source: 'REVIEWER' });
  });
  afterAll(() => pages.stop());
  afterEach(async () => {
    for (const context of pages.browser.contexts()) await context.close();
    expect(pages.takeErrors()).toEqual([]);
  });

  it('shows the numbers of the API, with their intervals, as charts and as tables', async () => {
    const page = await pages.open('/dashboard?topic=shown');
    await tile(page, 'Like rate').getByText('60.0%').waitFor();
    await tile(page, 'Like rate').getByText('23% to 88%, of 5 ratings').waitFor();
    await tile(page, 'Replies').getByText('7', { exact: true }).waitFor();
    const models = await openTable(card(page, 'Models'));
    expect(models).toEqual([
      ['model-a', '5', '80%', '3', '1', '75%', '30% to 95%', '–', '0', '0'],
      ['model-b', '2', '50%', '0', '1', '0%', '0% to 79%', '0.15', '1', '0'],
    ]);
    const overTime = await openTable(card(page, 'Like rate'));
    expect(overTime.map(([, ...rest]) => rest)).toContainEqual(['model-a', '3', '1', '75%', '30% to 95%']);
    await card(page, 'Like rate').locator('.recharts-line').nth(1).waitFor({ state: 'attached' });
    await card(page, 'Reasons').getByText('Too long').waitFor();
    expect((await openTable(card(page, 'Scores'))).at(1)).toEqual(['0.1–0.2', '0', '1']);
  });

  it('changes as ratings arrive, without a reload', async () => {
    await addReply('live', 'model-a', { rating: 'DISLIKE' });
    const page = await pages.open('/dashboard?topic=live');
    await tile(page, 'Like rate').getByText('0.0%').waitFor();
    const chart = await card(page, 'Like rate').locator('.recharts-surface').first().elementHandle();
    await addReply('live', 'model-a', { rating: 'LIKE' });
    await tile(page, 'Like rate').getByText('50.0%').waitFor();
    // The chart is updated, not replaced: replacing it would flicker.
    expect(await chart?.evaluate((element) => element.isConnected)).toBe(true);
  });

  it('compares the two models of its address in a sentence', async () => {
    const page = await pages.open('/dashboard?topic=shown&compare=model-b&compare=model-a');
    const comparison = card(page, 'Comparison');
    expect(await comparison.getByRole('combobox', { name: 'First model' }).inputValue()).toBe('model-b');
    const { data } = await pages.client.send(
      'query ($a: ComparedInput!, $b: ComparedInput!) { compareModels(topic: "shown", a: $a, b: $b) { summary } }',
      { a: { model: 'model-b' }, b: { model: 'model-a' } },
    );
    const { compareModels } = z.object({ compareModels: z.object({ summary: z.string() }) }).parse(data);
    await comparison.getByText(compareModels.summary).waitFor();
    await comparison.getByRole('combobox', { name: 'First model' }).selectOption('model-a');
    await page.waitForURL(/compare=model-a&compare=model-a/);
  });

  it('ranks models by preferences, as they are recorded', async () => {
    const page = await pages.open('/dashboard?topic=ranked');
    await card(page, 'Ranking').getByText('No preferences in this period.').waitFor();
    const started = await pages.client.run(StartConversationDocument, {
      input: { topic: 'ranked', model: 'model-a' },
    });
    const conversationId = started.startConversation.conversation.id;
    const add = async (role: 'USER' | 'ASSISTANT', model?: string, parentId?: string) => {
      const input = { conversationId, role, content: 'text', model, parentId };
      return (await pages.client.run(AddMessageDocument, { input })).addMessage.message.id;
    };
    const prompt = await add('USER');
    const [better, worse] = [
      await add('ASSISTANT', 'model-b', prompt),
      await add('ASSISTANT', 'model-a', prompt),
    ];
    await pages.client.run(PreferReplyDocument, { input: { chosenId: better, rejectedIds: [worse] } });
    await card(page, 'Ranking').getByText('1. model-b').waitFor();
    await card(page, 'Ranking').getByText('2. model-a').waitFor();
    await card(page, 'Ranking').getByText('1 won, 0 lost, 0 ties').waitFor();
  });

  it('lists the latest dislikes, with links to their conversations', async () => {
    await addReply('disliked', 'model-b', { rating: 'DISLIKE' });
    const page = await pages.open('/dashboard?topic=disliked');
    const dislikes = card(page, 'Latest dislikes');
    await dislikes.getByText('written by model-b').waitFor();
    const fresh = await addReply('disliked', 'model-a', { rating: 'DISLIKE' });
    await pages.client.run(SubmitFeedbackDocument, { input: { messageId: fresh, comment: 'Just now' } });
    const item = dislikes.getByRole('listitem').filter({ hasText: 'Just now' });
    await item.getByRole('link', { name: 'Open the conversation' }).click();
    await page.waitForURL(new RegExp(`message=${fresh}`));
    await page.getByRole('article', { name: 'Reply' }).filter({ hasText: 'written by model-a' }).waitFor();
  });

  it('keeps sources apart, and its filters in the address', async () => {
    const page = await pages.open('/dashboard?topic=shown');
    await page.getByRole('combobox', { name: 'Source' }).selectOption('REVIEWER');
    await tile(page, 'Like rate').getByText('100.0%').waitFor();
    await page.getByRole('button', { name: 'model-a', exact: true }).click();
    await tile(page, 'Like rate').getByText('no ratings yet').waitFor();
    await page.getByRole('combobox', { name: 'Period' }).selectOption('24h');
    await page.waitForURL(/model=model-a&range=24h&source=REVIEWER/);
    const { pathname, search } = new URL(page.url());
    const shared = await pages.open(pathname + search);
    await tile(shared, 'Replies').getByText('5', { exact: true }).waitFor();
    expect(await shared.getByRole('combobox', { name: 'Period' }).inputValue()).toBe('24h');
  });

  it('says what to do if the topic is empty', async () => {
    const page = await pages.open('/dashboard?topic=nothing-here');
    await page.getByText('Like or dislike a reply in the chat').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  for (const [name, viewport, theme] of [
    ['a desktop, light', desktop, 'light'],
    ['a desktop, dark', desktop, 'dark'],
    ['a phone, light', phone, 'light'],
    ['a phone, dark', phone, 'dark'],
  ] as const) {
    it(`passes axe, with no horizontal overflow, on ${name}`, async () => {
      const page = await pages.open('/dashboard?topic=shown', { viewport, theme });
      await card(page, 'Like rate').locator('.recharts-line').first().waitFor({ state: 'attached' });
      await openTable(card(page, 'Models'));
      expect(await violationsOf(page)).toEqual([]);
      const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
      expect(await page.evaluate(overflow)).toBe(0);
    });
  }
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AddMessageDocument,
  RateMessageDocument,
  StartConversationDocument,
} from '../../src/client/operations.ts';
import { violationsOf } from './support/axe.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

/** @returns the id of a new reply */
async function addReply(): Promise<string> {
  const input = { model: 'model-a' };
  const { startConversation } = await pages.client.run(StartConversationDocument, { input });
  const conversationId = startConversation.conversation.id;
  const { addMessage } = await pages.client.run(AddMessageDocument, {
    input: { conversationId, role: 'ASSISTANT', content: 'Written elsewhere' },
  });
  return addMessage.message.id;
}

/** A page of another application with a strict Content-Security-Policy, and one line that loads the widget. */
async function startApplication(messageId: string) {
  const html = `<!doctype html><html lang="en"><head><title>Elsewhere</title>
    <script type="module" src="${pages.app.url}/widget.js"></script></head>
    <body><main><h1>Elsewhere</h1><afterword-feedback message-id="${messageId}" tags="late,rude"></afterword-feedback></main></body></html>`;
  const policy = `default-src 'none'; script-src ${pages.app.url}; connect-src ${pages.app.url}`;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
    response.end(html);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, server };
}

async function feedbackOf(messageId: string): Promise<unknown> {
  const { rows } = await pages.database.client.query(
    'SELECT rating, comment, tags FROM feedback WHERE message_id = $1',
    [messageId],
  );
  return rows[0];
}

/** The server's answer to this operation of the widget. Start to wait before the action that sends it. */
const answerTo = (page: Page, operation: string) =>
  page.waitForResponse((response) => response.request().postData()?.includes(` ${operation}(`) ?? false);

const pressed = (page: Page, name: string, isPressed: boolean) =>
  page.locator(`button[aria-label="${name}"][aria-pressed="${isPressed}"]`).waitFor();

describe.skipIf(!hasBrowser)('the widget', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());

  it('collects feedback in a page of another application that includes one line', async () => {
    const messageId = await addReply();
    const application = await startApplication(messageId);
    try {
      const page = await pages.open('/', { url: application.url });
      await page.getByRole('button', { name: 'Dislike' }).click();
      await pressed(page, 'Dislike', true);
      await page.getByRole('button', { name: 'Late' }).click();
      await page.getByRole('textbox', { name: 'Comment' }).fill('An hour');
      expect(await violationsOf(page)).toEqual([]);
      const saved = answerTo(page, 'SubmitFeedback');
      await page.getByRole('button', { name: 'Send' }).click();
      expect((await saved).status()).toBe(200);
      await page.getByText('Your feedback was saved.').waitFor();
      expect(await feedbackOf(messageId)).toMatchObject({ comment: 'An hour', tags: ['late'] });
      await page.reload();
      await pressed(page, 'Dislike', true);
      const withdrawn = answerTo(page, 'RateMessage');
      await page.getByRole('button', { name: 'Dislike' }).click();
      expect((await withdrawn).status()).toBe(200);
      await pressed(page, 'Dislike', false);
      expect(await feedbackOf(messageId)).toMatchObject({ rating: null, comment: 'An hour' });
      expect(pages.takeErrors()).toEqual([]);
    } finally {
      application.server.close();
    }
  });

  it('fires an event with the feedback, uses the colours of its page, and follows its attributes', async () => {
    const page = await pages.open('/example.html');
    await page.getByRole('button', { name: 'Ask' }).click();
    const widget = page.locator('afterword-feedback');
    await widget.waitFor();
    const detail = page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener('afterword-feedback', (event) =>
            resolve(event instanceof CustomEvent ? event.detail : undefined),
          );
        }),
    );
    await page.getByRole('button', { name: 'Like', exact: true }).click();
    expect(await detail).toMatchObject({
      messageId: await widget.getAttribute('message-id'),
      rating: 'LIKE',
    });
    expect(await violationsOf(page)).toEqual([]);
    await page.evaluate(() => document.documentElement.style.setProperty('--afterword-like', 'rgb(1, 2, 3)'));
    const color = () =>
      page
        .getByRole('button', { name: 'Like', exact: true })
        .evaluate((like) => getComputedStyle(like).color);
    expect(await color()).toBe('rgb(1, 2, 3)');
    const otherReply = await addReply();
    await pages.client.run(RateMessageDocument, { input: { messageId: otherReply, rating: 'DISLIKE' } });
    await widget.evaluate((element, id) => element.setAttribute('message-id', id), otherReply);
    await pressed(page, 'Dislike', true);
    await pressed(page, 'Like', false);
  });

  it('shows that the server has no such reply', async () => {
    const page = await pages.open('/example.html');
    await page.evaluate(() => {
      const element = document.createElement('afterword-feedback');
      element.setAttribute('message-id', '01K5AFTERW0RDN0TH1NGHERE00');
      document.body.append(element);
    });
    await page.getByText('The server has no such reply.').waitFor();
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StartConversationDocument } from '../../src/client/operations.ts';
import { createGate, delta, done, finish, refusal, reply, thought, wait } from '../support/script.ts';
import { violationsOf } from './support/axe.ts';
import { button, conversationOf, lastReply, replies, sendMessage, waitForReply } from './support/chat.ts';
import { desktop, hasBrowser, type Pages, phone, startPages } from './support/pages.ts';

let pages: Pages;

const defaultReply = reply('Hello', ' from', ' the', ' script.');

/** The field in the payload of the newest event that has it. */
async function recordedField(conversationId: string, field: string): Promise<unknown> {
  const { rows } = await pages.database.client.query<{ payload: Record<string, unknown> }>(
    'SELECT payload FROM event WHERE conversation_id = $1 AND payload ? $2 ORDER BY version DESC LIMIT 1',
    [conversationId, field],
  );
  return rows[0]?.payload[field];
}

describe.skipIf(!hasBrowser)('the chat', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());
  afterEach(async () => {
    for (const context of pages.browser.contexts()) await context.close();
    pages.model.setDefault(defaultReply);
    expect(pages.takeErrors()).toEqual([]);
  });

  it('shows a reply while the model writes it, and the reasoning before it', async () => {
    const gate = createGate();
    pages.model.enqueue([
      thought('Let me count.'),
      delta('It is '),
      wait(gate.opened),
      delta('**three**.'),
      finish(),
      done,
    ]);
    const page = await pages.open('/');
    await sendMessage(page, 'How many?');
    await lastReply(page).filter({ hasText: 'It is' }).waitFor();
    expect(await lastReply(page).getAttribute('aria-busy')).toBe('true');
    gate.open();
    const element = await waitForReply(page, 'It is three.');
    expect(await element.locator('strong').innerText()).toBe('three');
    await element.getByText('Reasoning').click();
    await element.getByText('Let me count.').waitFor();
  });

  it('asks the model that was chosen', async () => {
    const page = await pages.open('/');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('model-b');
    await sendMessage(page, 'Who are you?');
    const element = await waitForReply(page, 'Hello from the script.');
    expect(pages.model.requests.at(-1)?.body.model).toBe('model-b');
    await element.getByText('model-b').waitFor();
  });

  it('stops a reply, keeps its text, and lets it be rated', async () => {
    pages.model.enqueue([delta('As far as this'), wait(new Promise(() => {}))]);
    const page = await pages.open('/');
    await sendMessage(page, 'Go on for ever');
    await lastReply(page).filter({ hasText: 'As far as this' }).waitFor();
    await button(page, 'Stop').click();
    const stopped = await waitForReply(page, 'As far as this');
    await stopped.getByText('Stopped here.').waitFor();
    await button(stopped, 'Like').click();
    await stopped.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
  });

  it('regenerates a reply, and switches between both versions', async () => {
    pages.model.enqueue(reply('first'), reply('second'));
    const page = await pages.open('/');
    await sendMessage(page, 'Again');
    await button(await waitForReply(page, 'first'), 'Regenerate').click();
    const second = await waitForReply(page, 'second');
    await second.getByText('2 of 2').waitFor();
    await button(second, 'Earlier reply').click();
    await waitForReply(page, 'first');
    expect(await replies(page).count()).toBe(1);
    await button(lastReply(page), 'Later reply').click();
    await waitForReply(page, 'second');
  });

  it('edits a prompt in a new branch, and keeps the old branch', async () => {
    pages.model.enqueue(reply('about cats'), reply('about dogs'));
    const page = await pages.open('/');
    await sendMessage(page, 'Cats?');
    await waitForReply(page, 'about cats');
    await button(page, 'Edit in a new branch').click();
    await page.getByRole('textbox', { name: 'Edited message' }).fill('Dogs?');
    await button(page, 'Send as new branch').click();
    await waitForReply(page, 'about dogs');
    expect(pages.model.requests.at(-1)?.body.messages).toEqual([{ role: 'user', content: 'Dogs?' }]);
    await button(page, 'Earlier message').click();
    await waitForReply(page, 'about cats');
  });

  it('copies a reply as the model wrote it', async () => {
    pages.model.enqueue(reply('It is *so*.'));
    const page = await pages.open('/');
    await sendMessage(page, 'Copy?');
    await button(await waitForReply(page, 'It is so.'), 'Copy reply').click();
    await button(page, 'Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('It is *so*.');
  });

  it('records a dislike with tags, a comment and a correction, and shows them after a reload', async () => {
    const page = await pages.open('/');
    await sendMessage(page, 'Rate me');
    const id = await conversationOf(page);
    await button(await waitForReply(page, 'Hello'), 'Dislike').click();
    const form = page.getByRole('form', { name: 'Feedback on this reply' });
    await button(form, 'Too long').click();
    await form.getByRole('textbox', { name: 'Comment' }).fill('Not what I asked');
    await form.getByRole('textbox', { name: 'What should it have said?' }).fill('Hi.');
    await button(form, 'Save feedback').click();
    await button(page, 'Change your comment').waitFor();
    expect(await recordedField(id, 'rating')).toBe('dislike');
    expect(await recordedField(id, 'feedback')).toBe('Not what I asked');
    expect(await recordedField(id, 'tags')).toEqual(['too_long']);
    expect(await recordedField(id, 'correction')).toBe('Hi.');
    await page.reload();
    await page.locator('[aria-label="Dislike"][aria-pressed="true"]').waitFor();
    await button(page, 'Change your comment').click();
    expect(await form.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('Not what I asked');
  });

  it('withdraws a rating that is clicked again', async () => {
    const page = await pages.open('/');
    await sendMessage(page, 'Withdraw');
    const id = await conversationOf(page);
    const element = await waitForReply(page, 'Hello');
    await button(element, 'Like').click();
    await element.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
    await button(element, 'Like').click();
    await element.locator('[aria-label="Like"][aria-pressed="false"]').waitFor();
    expect(await recordedField(id, 'rating')).toBeNull();
  });

  it('lists conversations, searches them, and starts a new one', async () => {
    const page = await pages.open('/');
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await sendMessage(page, 'A question about giraffes');
    await list.getByRole('link', { name: /about giraffes/ }).waitFor();
    await list.getByRole('link', { name: 'New conversation' }).click();
    await sendMessage(page, 'A question about zebras');
    await list.getByRole('link', { name: /about zebras/ }).waitFor();
    await list.getByRole('searchbox').fill('zebras');
    await list.getByRole('link', { name: /about giraffes/ }).waitFor({ state: 'detached' });
    await list.getByRole('link', { name: /about zebras/ }).waitFor();
    await list.getByRole('searchbox').fill('no such words');
    await list.getByText('Nothing found').waitFor();
    await list.getByRole('link', { name: 'New conversation' }).click();
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
  });

  it('ends a conversation, after which it and its replies can be rated', async () => {
    const page = await pages.open('/');
    await sendMessage(page, 'To the end');
    await waitForReply(page, 'Hello');
    await button(page, 'End').click();
    await button(page.getByRole('alertdialog'), 'End conversation').click();
    await page.getByText('This conversation has ended.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Message', exact: true }).count()).toBe(0);
    await button(page, 'Like').click();
    await page.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
    await button(page, 'Like the conversation').click();
    await page.locator('[aria-label="Like the conversation"][aria-pressed="true"]').waitFor();
  });

  it('shows the replies of two models side by side, without their names until one is chosen', async () => {
    pages.model.setDefault(({ body }) => reply(`written by ${body.model === 'model-b' ? 'one' : 'another'}`));
    const page = await pages.open('/');
    await button(page, 'Side by side').click();
    await sendMessage(page, 'Compare yourselves');
    const id = await conversationOf(page);
    const pair = page.getByRole('region', { name: 'Two replies, side by side' });
    await pair.getByText('written by one').waitFor();
    await pair.getByText('written by another').waitFor();
    expect(await pair.innerText()).not.toMatch(/model-[ab]/);
    expect(await violationsOf(page)).toEqual([]);
    await button(pair, 'B is better').click();
    await pair.getByText('model-a').waitFor();
    await pair.getByText('model-b').waitFor();
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.setViewportSize(phone);
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize(desktop);
    expect(await recordedField(id, 'preferred_over')).toHaveLength(1);
    const chosen = await pair.getByRole('article', { name: 'Reply B' }).innerText();
    await button(page, 'Side by side').click();
    await sendMessage(page, 'Go on');
    await waitForReply(page, 'written by another');
    const last = pages.model.requests.at(-1)?.body.messages?.map(({ content }) => content);
    expect(last).toHaveLength(3);
    expect(chosen).toContain(last?.[1]);
    await page.reload();
    await button(pair, 'Tie').click();
    await pair.locator('button[aria-pressed="true"]', { hasText: 'Tie' }).waitFor();
    expect(await recordedField(id, 'tied_with')).toHaveLength(1);
  });

  it('offers the suggested tags of the topic, and records that a reply was copied', async () => {
    const tags = [{ key: 'too_formal', label: 'Stiff as a board' }];
    await pages.client.send(
      'mutation ($input: ConfigureTopicInput!) { configureTopic(input: $input) { topic { name } } }',
      { input: { name: 'with-tags', tags } },
    );
    const started = await pages.client.run(StartConversationDocument, {
      input: { topic: 'with-tags', model: 'model-a' },
    });
    const { id } = started.startConversation.conversation;
    const page = await pages.open(`/?conversation=${id}`);
    await sendMessage(page, 'Which tags?');
    await button(await waitForReply(page, 'Hello'), 'Copy reply').click();
    await button(page, 'Comment or correct').click();
    await button(page, 'Stiff as a board').click();
    await button(page, 'Save feedback').click();
    await button(page, 'Change your comment').waitFor();
    expect(await recordedField(id, 'tags')).toEqual(['too_formal']);
    expect(await recordedField(id, 'signal')).toBe('copied');
  });

  it('shows the error of a failed reply, and asks again', async () => {
    pages.model.enqueue(refusal(400, 'The prompt is too long for me.'));
    const page = await pages.open('/');
    await sendMessage(page, 'Fail');
    await lastReply(page).getByText('The prompt is too long for me.').waitFor();
    await button(page, 'Ask again').click();
    await waitForReply(page, 'Hello from the script.');
  });

  it('shows what to do if the conversation of the address does not exist', async () => {
    const page = await pages.open('/?conversation=01K5AFTERW0RDN0TH1NGHERE00');
    await page.getByRole('heading', { name: 'Conversation not found' }).waitFor();
    await page.getByRole('link', { name: 'Start a new conversation' }).click();
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
  });
});

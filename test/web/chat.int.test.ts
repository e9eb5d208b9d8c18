import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGate, delta, done, finish, refusal, reply, thought, wait } from '../support/script.ts';
import { violationsOf } from './support/axe.ts';
import { button, conversationOf, lastReply, replied, replies, say } from './support/chat.ts';
import { desktop, hasBrowser, type Pages, phone, startPages } from './support/pages.ts';

let pages: Pages;

/** The payload of the newest event that has the field. */
async function recorded(conversationId: string, field: string): Promise<unknown> {
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
    expect(pages.complaints()).toEqual([]);
  });

  it('shows a reply while the model writes it, and what it thinks before', async () => {
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
    await say(page, 'How many?');
    await lastReply(page).filter({ hasText: 'It is' }).waitFor();
    expect(await lastReply(page).getAttribute('aria-busy')).toBe('true');
    gate.open();
    const whole = await replied(page, 'It is three.');
    expect(await whole.locator('strong').innerText()).toBe('three');
    await whole.getByText('What it thought').click();
    await whole.getByText('Let me count.').waitFor();
  });

  it('asks the model that is picked', async () => {
    const page = await pages.open('/');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('model-b');
    await say(page, 'Who are you?');
    const whole = await replied(page, 'Hello from the script.');
    expect(pages.model.requests.at(-1)?.body.model).toBe('model-b');
    await whole.getByText('model-b').waitFor();
  });

  it('stops a reply, which keeps its text and can be rated', async () => {
    pages.model.enqueue([delta('As far as this'), wait(new Promise(() => {}))]);
    const page = await pages.open('/');
    await say(page, 'Go on for ever');
    await lastReply(page).filter({ hasText: 'As far as this' }).waitFor();
    await button(page, 'Stop').click();
    const stopped = await replied(page, 'As far as this');
    await stopped.getByText('Stopped here.').waitFor();
    await button(stopped, 'Like').click();
    await stopped.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
  });

  it('regenerates a reply, and switches between the two', async () => {
    pages.model.enqueue(reply('first'), reply('second'));
    const page = await pages.open('/');
    await say(page, 'Again');
    await button(await replied(page, 'first'), 'Regenerate').click();
    const second = await replied(page, 'second');
    await second.getByText('2 of 2').waitFor();
    await button(second, 'Earlier reply').click();
    await replied(page, 'first');
    expect(await replies(page).count()).toBe(1);
    await button(lastReply(page), 'Later reply').click();
    await replied(page, 'second');
  });

  it('edits a prompt into a branch of its own, and keeps the old one', async () => {
    pages.model.enqueue(reply('about cats'), reply('about dogs'));
    const page = await pages.open('/');
    await say(page, 'Cats?');
    await replied(page, 'about cats');
    await button(page, 'Edit into a branch').click();
    await page.getByRole('textbox', { name: 'Edited message' }).fill('Dogs?');
    await button(page, 'Send as a branch').click();
    await replied(page, 'about dogs');
    expect(pages.model.requests.at(-1)?.body.messages).toEqual([{ role: 'user', content: 'Dogs?' }]);
    await button(page, 'Earlier message').click();
    await replied(page, 'about cats');
  });

  it('copies a reply as the model wrote it', async () => {
    pages.model.enqueue(reply('It is *so*.'));
    const page = await pages.open('/');
    await say(page, 'Copy?');
    await button(await replied(page, 'It is so.'), 'Copy reply').click();
    await button(page, 'Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('It is *so*.');
  });

  it('takes a dislike with reasons, a comment and a correction, and shows them after a reload', async () => {
    const page = await pages.open('/');
    await say(page, 'Rate me');
    const id = await conversationOf(page);
    await button(await replied(page, 'Hello'), 'Dislike').click();
    const form = page.getByRole('form', { name: 'Feedback on this reply' });
    await button(form, 'Too long').click();
    await form.getByRole('textbox', { name: 'Comment' }).fill('Not what I asked');
    await form.getByRole('textbox', { name: 'What should it have said?' }).fill('Hi.');
    await button(form, 'Save feedback').click();
    await button(page, 'Change your comment').waitFor();
    expect(await recorded(id, 'rating')).toBe('dislike');
    expect(await recorded(id, 'feedback')).toBe('Not what I asked');
    expect(await recorded(id, 'tags')).toEqual(['too_long']);
    expect(await recorded(id, 'correction')).toBe('Hi.');
    await page.reload();
    await page.locator('[aria-label="Dislike"][aria-pressed="true"]').waitFor();
    await button(page, 'Change your comment').click();
    expect(await form.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('Not what I asked');
  });

  it('withdraws a rating that is given again', async () => {
    const page = await pages.open('/');
    await say(page, 'Withdraw');
    const id = await conversationOf(page);
    const whole = await replied(page, 'Hello');
    await button(whole, 'Like').click();
    await whole.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
    await button(whole, 'Like').click();
    await whole.locator('[aria-label="Like"][aria-pressed="false"]').waitFor();
    expect(await recorded(id, 'rating')).toBeNull();
  });

  it('lists conversations, finds one by its words, and begins a new one', async () => {
    const page = await pages.open('/');
    await say(page, 'A question about zebras');
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await list.getByRole('link', { name: /about zebras/ }).waitFor();
    await list.getByRole('searchbox').fill('zebras');
    await list.getByRole('link', { name: /Rate me/ }).waitFor({ state: 'detached' });
    await list.getByRole('link', { name: /about zebras/ }).waitFor();
    await list.getByRole('searchbox').fill('no such words');
    await list.getByText('Nothing found').waitFor();
    await list.getByRole('link', { name: 'New conversation' }).click();
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
  });

  it('ends a conversation, which can be rated then, and its replies still', async () => {
    const page = await pages.open('/');
    await say(page, 'To the end');
    await replied(page, 'Hello');
    await button(page, 'End').click();
    await button(page.getByRole('alertdialog'), 'End it').click();
    await page.getByText('This conversation has ended.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Message', exact: true }).count()).toBe(0);
    await button(page, 'Like').click();
    await page.locator('[aria-label="Like"][aria-pressed="true"]').waitFor();
    await button(page, 'Like the conversation').click();
    await page.locator('[aria-label="Like the conversation"][aria-pressed="true"]').waitFor();
  });

  it('has two models answer side by side, without their names until one is chosen', async () => {
    pages.model.setDefault(({ body }) => reply(`said by ${body.model === 'model-b' ? 'one' : 'another'}`));
    const page = await pages.open('/');
    await button(page, 'Side by side').click();
    await say(page, 'Compare yourselves');
    const id = await conversationOf(page);
    const pair = page.getByRole('region', { name: 'Two replies, side by side' });
    await pair.getByText('said by one').waitFor();
    await pair.getByText('said by another').waitFor();
    expect(await pair.innerText()).not.toMatch(/model-[ab]/);
    expect(await violationsOf(page)).toEqual([]);
    await button(pair, 'B is better').click();
    await pair.getByText('model-a').waitFor();
    await pair.getByText('model-b').waitFor();
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.setViewportSize(phone);
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize(desktop);
    expect(await recorded(id, 'preferred_over')).toHaveLength(1);
    const chosen = await pair.getByRole('article', { name: 'Reply B' }).innerText();
    await button(page, 'Side by side').click();
    await say(page, 'Go on');
    await replied(page, 'said by another');
    const last = pages.model.requests.at(-1)?.body.messages?.map(({ content }) => content);
    expect(last).toHaveLength(3);
    expect(chosen).toContain(last?.[1]);
    await page.reload();
    await button(pair, 'Tie').click();
    await pair.locator('button[aria-pressed="true"]', { hasText: 'Tie' }).waitFor();
    expect(await recorded(id, 'tied_with')).toHaveLength(1);
    pages.model.setDefault(reply('Hello', ' from', ' the', ' script.'));
  });

  it('offers the reasons that the team of the topic has set, and tells that a reply was copied', async () => {
    const tags = [{ key: 'too_formal', label: 'Stiff as a board' }];
    await pages.client.send(
      'mutation ($input: ConfigureTopicInput!) { configureTopic(input: $input) { topic { name } } }',
      { input: { name: 'default', tags } },
    );
    const page = await pages.open('/');
    await say(page, 'Reasons?');
    const id = await conversationOf(page);
    await button(await replied(page, 'Hello'), 'Copy reply').click();
    await button(page, 'Comment or correct').click();
    await button(page, 'Stiff as a board').click();
    await button(page, 'Save feedback').click();
    await button(page, 'Change your comment').waitFor();
    expect(await recorded(id, 'tags')).toEqual(['too_formal']);
    expect(await recorded(id, 'signal')).toBe('copied');
  });

  it('says how the model failed, and asks again', async () => {
    pages.model.enqueue(refusal(400, 'The prompt is too long for me.'));
    const page = await pages.open('/');
    await say(page, 'Fail');
    await lastReply(page).getByText('The prompt is too long for me.').waitFor();
    await button(page, 'Ask again').click();
    await replied(page, 'Hello from the script.');
  });

  it('says what to do at an address without a conversation', async () => {
    const page = await pages.open('/?conversation=01K5AFTERW0RDN0TH1NGHERE00');
    await page.getByRole('heading', { name: 'There is no such conversation here' }).waitFor();
    await page.getByRole('link', { name: 'Begin a new one' }).click();
    await page.getByRole('heading', { name: 'Ask something' }).waitFor();
  });
});

// What a person does in the chat, by the names that they and their screen reader know.
import type { Locator, Page } from 'playwright-core';

export async function say(page: Page, text: string): Promise<void> {
  // Nothing can be sent before it is known to whom.
  await page.getByRole('combobox', { name: /model/i }).first().waitFor();
  const field = page.getByRole('textbox', { name: 'Message', exact: true });
  await field.fill(text);
  await field.press('Enter');
}

export const replies = (page: Page): Locator => page.getByRole('article', { name: 'Reply' });
export const lastReply = (page: Page): Locator => replies(page).last();
export const button = (place: Page | Locator, name: string): Locator =>
  place.getByRole('button', { name, exact: true });

/** Resolves when the newest reply has ended, with its text in it. */
export async function replied(page: Page, text: string): Promise<Locator> {
  const reply = lastReply(page).filter({ hasText: text });
  await button(reply, 'Like').waitFor();
  return reply;
}

/** The id of the conversation, once the address has it. */
export async function conversationOf(page: Page): Promise<string> {
  await page.waitForURL(/conversation=/);
  return new URL(page.url()).searchParams.get('conversation') ?? '';
}

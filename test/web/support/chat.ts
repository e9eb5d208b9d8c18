// The actions of a person in the chat page, by accessible names.
import type { Locator, Page } from 'playwright-core';

export async function sendMessage(page: Page, text: string): Promise<void> {
  // The models must be loaded before anything can be sent.
  await page.getByRole('combobox', { name: /model/i }).first().waitFor();
  const field = page.getByRole('textbox', { name: 'Message', exact: true });
  await field.fill(text);
  await field.press('Enter');
}

export const replies = (page: Page): Locator => page.getByRole('article', { name: 'Reply' });
export const lastReply = (page: Page): Locator => replies(page).last();
export const button = (parent: Page | Locator, name: string): Locator =>
  parent.getByRole('button', { name, exact: true });

/** Resolves when the newest reply has ended, with its text in it. */
export async function waitForReply(page: Page, text: string): Promise<Locator> {
  const reply = lastReply(page).filter({ hasText: text });
  await button(reply, 'Like').waitFor();
  return reply;
}

/** The id of the conversation, once the address has it. */
export async function conversationOf(page: Page): Promise<string> {
  await page.waitForURL(/conversation=/);
  return new URL(page.url()).searchParams.get('conversation') ?? '';
}

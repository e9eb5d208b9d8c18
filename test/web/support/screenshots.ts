// `npm run screenshots` takes the pictures that the documents show, of a server with simulated data, into docs/screenshots.
// `npm run screenshots -- FOLDER` takes every page in every width and theme into another folder, to look at a change.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import {
  AddMessageDocument,
  RateMessageDocument,
  StartConversationDocument,
} from '../../../src/client/operations.ts';
import { exchanges } from '../../../src/simulation/talk.ts';
import { runCommand } from '../../support/command.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/graphql-client.ts';
import { startServerProcess } from '../../support/server-process.ts';
import { openBrowser } from './browser.ts';
import { button, conversationOf, sendMessage } from './chat.ts';

const docsFolder = fileURLToPath(new URL('../../../docs/screenshots', import.meta.url));
const reviewFolder = process.argv[2];
const folder = reviewFolder ?? docsFolder;
const topic = 'simulated';

const views = [
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 } },
];
const themes = ['light', 'dark'] as const;

/** Adds a conversation of the viewer, with a like on its newest reply. */
async function addConversation(client: GraphQLClient, parts: readonly (typeof exchanges)[number][]) {
  const title = parts[0]?.prompt ?? '';
  const input = { model: 'demo-chatty', title };
  const { startConversation } = await client.run(StartConversationDocument, { input });
  const conversationId = startConversation.conversation.id;
  let newestReplyId = '';
  for (const { prompt, good } of parts) {
    const add = (role: 'USER' | 'ASSISTANT', content: string) =>
      client.run(AddMessageDocument, { input: { conversationId, role, content, model: 'demo-chatty' } });
    await add('USER', prompt);
    newestReplyId = (await add('ASSISTANT', good)).addMessage.message.id;
  }
  await client.run(RateMessageDocument, { input: { messageId: newestReplyId, rating: 'LIKE' } });
  return conversationId;
}

type Shot = {
  name: string;
  path: string;
  /** Whether the documents show the page, in the desktop width. */
  isInDocs: boolean;
  prepare: (page: Page) => Promise<unknown>;
};

async function shotsOf(browser: Browser, url: string): Promise<Shot[]> {
  const client = createGraphQLClient(url);
  for (const exchange of exchanges.slice(4, 10)) await addConversation(client, [exchange]);
  const shown = exchanges.filter(({ prompt }) => /return a pair|heavy rain/.test(prompt));
  const conversationId = await addConversation(client, shown);
  const compared = await compare(browser, url);
  return [
    {
      name: 'welcome',
      path: '/',
      isInDocs: false,
      prepare: (page) => page.getByRole('heading', { name: 'Ask something' }).waitFor(),
    },
    {
      name: 'chat',
      path: `/?conversation=${conversationId}`,
      isInDocs: true,
      prepare: (page) => page.locator('[aria-pressed="true"][aria-label="Like"]').waitFor(),
    },
    {
      name: 'side-by-side',
      path: `/?conversation=${compared.id}`,
      isInDocs: true,
      prepare: async (page) => {
        await page.evaluate((saved) => localStorage.setItem('afterword.comparisons', saved), compared.saved);
        await page.reload();
        await button(page, 'A is better').click();
        await page.getByText('chosen', { exact: true }).waitFor();
      },
    },
    {
      name: 'dashboard',
      path: `/dashboard?topic=${topic}&compare=heron-large&compare=heron-small`,
      isInDocs: true,
      prepare: async (page) => {
        await page.locator('.recharts-line').first().waitFor();
        await page.getByText('Open the conversation').first().waitFor();
      },
    },
    {
      name: 'log',
      path: `/log?topic=${topic}`,
      isInDocs: true,
      prepare: async (page) => {
        const row = page.getByRole('button', { name: /rating: dislike/ }).first();
        await row.click();
        await page.getByRole('slider').waitFor();
      },
    },
    {
      name: 'dataset',
      path: `/log?topic=${topic}`,
      isInDocs: false,
      prepare: async (page) => {
        await button(page, 'Dataset').click();
        await page.locator('pre').filter({ hasText: '"label"' }).waitFor();
      },
    },
  ];
}

/** Two models that have answered the same prompt, with the comparison that the browser saved. */
async function compare(browser: Browser, url: string): Promise<{ id: string; saved: string }> {
  const page = await browser.newPage();
  await page.goto(url);
  await button(page, 'Side by side').click();
  await sendMessage(page, 'How many r are in strawberry?');
  const id = await conversationOf(page);
  await page.locator('button:not([disabled])', { hasText: 'A is better' }).waitFor();
  const saved = await page.evaluate(() => localStorage.getItem('afterword.comparisons') ?? '');
  await page.close();
  return { id, saved };
}

async function takeAll(browser: Browser, url: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const shots = await shotsOf(browser, url);
  for (const view of views) {
    for (const theme of themes) {
      for (const shot of shots) {
        if (reviewFolder === undefined && !(shot.isInDocs && view.name === 'desktop')) continue;
        const page = await browser.newPage({
          viewport: view.viewport,
          colorScheme: theme,
          reducedMotion: 'reduce',
        });
        await page.goto(url + shot.path);
        await take(page, shot, `${shot.name}-${view.name}-${theme}.png`);
        await page.close();
      }
    }
  }
}

async function take(page: Page, { prepare }: Shot, file: string): Promise<void> {
  await prepare(page);
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  // A field that has just got the focus would differ from one run to the next.
  await page.evaluate(() => {
    const { activeElement } = document;
    if (activeElement instanceof HTMLElement && activeElement.closest('form') !== null) activeElement.blur();
  });
  await page.screenshot({ path: join(folder, file), animations: 'disabled' });
  console.log(join(folder, file));
}

const data = await mkdtemp(join(tmpdir(), 'afterword-screenshots-'));
// As root, Postgres runs as another user, who must be able to access the folder.
await chmod(data, 0o755);
const server = startServerProcess({ DATA_DIR: data, PORT: '0' });
try {
  const url = await server.url;
  const { code, stderr } = await runCommand(['demo-data', '--url', url, '--topic', topic]);
  if (code !== 0) throw new Error(stderr);
  const browser = await openBrowser();
  try {
    await takeAll(browser, url);
  } finally {
    await browser.close();
  }
} finally {
  server.child.kill('SIGTERM');
  await server.ended;
  await rm(data, { recursive: true, force: true });
}

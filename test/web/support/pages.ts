// An Afterword with a scripted model, and a browser. Errors that a page logs or throws fail its test.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { openBrowser } from './browser.ts';

/** Whether this machine has a browser; without one the tests of the pages are skipped, and the run says so. */
export const hasBrowser: boolean = inject('hasBrowser');

export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

export type View = { viewport?: { width: number; height: number }; theme?: 'light' | 'dark'; url?: string };

export type Pages = TestApp & {
  browser: Browser;
  /** Opens a page in a new browser context, or in the given one. */
  open(path: string, view?: View, context?: BrowserContext): Promise<Page>;
  newContext(view?: View): Promise<BrowserContext>;
  /** Errors of all pages since the last call. */
  takeErrors(): string[];
};

/** Lost connections are part of some tests, and the browser logs them by itself. */
const isExpected = (text: string) =>
  /WebSocket connection to|ERR_CONNECTION|ERR_INTERNET|Failed to load resource/.test(text);

export async function startPages(environment: Record<string, string> = {}): Promise<Pages> {
  const [app, browser] = await Promise.all([startTestApp(environment), openBrowser()]);
  let errors: string[] = [];

  async function newContext({ viewport = desktop, theme = 'light' }: View = {}): Promise<BrowserContext> {
    const context = await browser.newContext({
      viewport,
      colorScheme: theme,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(15_000);
    return context;
  }

  return {
    ...app,
    browser,
    newContext,
    async open(path, view, context) {
      const page = await (context ?? (await newContext(view))).newPage();
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !isExpected(message.text())) errors.push(message.text());
      });
      await page.goto((view?.url ?? app.app.url) + path);
      return page;
    },
    takeErrors() {
      const taken = errors;
      errors = [];
      return taken;
    },
    async stop() {
      await browser.close();
      await app.stop();
      expect(errors).toEqual([]);
    },
  };
}

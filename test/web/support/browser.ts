// The Chromium of the machine, driven by Playwright. Whoever opens one closes it.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macOs = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** CHROMIUM_PATH, or the first that is found; undefined where there is none. */
export function findBrowser(): string | undefined {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined && given !== '') return given;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = [...folders.flatMap((folder) => names.map((name) => join(folder, name))), macOs];
  return places.find((place) => existsSync(place));
}

/** What to tell whoever has none. */
export const howToGetOne = 'apt-get install chromium brings one; CHROMIUM_PATH names one that is elsewhere.';

/** It talks to nobody but the pages that it is sent to. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(`There is no Chromium here. ${howToGetOne}`);
  return chromium.launch({ executablePath, args: quiet, headless: true });
}

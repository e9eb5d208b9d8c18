// Checks the accessibility of a page with axe-core.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** @returns one line per violation: the rule, the element and the reason */
export async function violationsOf(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  // Through the debugger, since the Content-Security-Policy of the page forbids other scripts.
  await session.send('Runtime.evaluate', { expression: source });
  const results: AxeResults = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
  await session.detach();
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

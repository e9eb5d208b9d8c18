// What a page holds against those who see, hear or move differently, by the rules of axe-core.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** @returns a line for each violation: the rule, and where */
export async function violationsOf(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  // As the debugger does it: the policy of the page lets no script in.
  await session.send('Runtime.evaluate', { expression: source });
  const results: AxeResults = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
  await session.detach();
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

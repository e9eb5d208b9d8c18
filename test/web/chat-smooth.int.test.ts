import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delta, done, finish, type Script, wait } from '../support/script.ts';
import { button, lastReply, sendMessage } from './support/chat.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

const tokensPerSecond = 200;
const measuredTokens = 1_000;
/** Sent at once. Of the 20,000 tokens of a long reply the last ones cost the most, so only those are measured. */
const earlierTokens = 19_000;

/** About four characters per token: paragraphs, lists, tables, and more code than anything else. */
function longReply(tokens: number): string[] {
  const paragraph =
    'The quick *brown* fox jumps over the **lazy** dog, and `does` it once more than before. ';
  const list = '- one thing with [a link](https://example.org/)\n- another thing\n- a third thing\n\n';
  const table = '| name | value |\n| --- | ---: |\n| alpha | 1 |\n| beta | 2 |\n\n';
  const code = `\`\`\`ts\n${'const answer = compute(input, { depth: 3 });\n'.repeat(40)}\`\`\`\n\n`;
  const part = `## Part\n\n${`${paragraph.repeat(4)}\n\n`.repeat(3)}${list}${table}${code}`;
  const text = part.repeat(Math.ceil((tokens * 4) / part.length));
  return (text.match(/[\s\S]{4}/g) ?? []).slice(0, tokens);
}

function paced(tokens: string[]): Script {
  let startedAt = 0;
  return tokens.flatMap((token, at) => [
    wait(() => {
      startedAt ||= performance.now();
      const waitMs = startedAt + (at * 1_000) / tokensPerSecond - performance.now();
      return new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, 0)));
    }),
    delta(token),
  ]);
}

/** CPU time of the page's main thread, in seconds: it does not grow while other processes have the processor. */
async function cpuSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

type Counts = { frames: number; seconds: number; shift: number; moved: string[] };

/** Counts frames and layout shifts (as Cumulative Layout Shift does) until the returned function is called. */
async function countFrames(page: Page): Promise<() => Promise<Counts>> {
  const counting = await page.evaluateHandle(() => {
    const counts = { frames: 0, shift: 0, moved: [] as string[], since: performance.now() };
    const count = () => {
      counts.frames += 1;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ('value' in entry) counts.shift += Number(entry.value);
        const { sources = [] }: { sources?: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[] } =
          entry as never;
        for (const { node, previousRect, currentRect } of sources) {
          counts.moved.push(
            `${Math.round(entry.startTime - counts.since)} ms: ${node?.nodeName} ${node?.textContent?.slice(0, 40)} from ${previousRect.y} to ${currentRect.y}`,
          );
        }
      }
    }).observe({ type: 'layout-shift' });
    return counts;
  });
  return () =>
    counting.evaluate(({ frames, shift, moved, since }) => ({
      frames,
      shift,
      moved,
      seconds: (performance.now() - since) / 1_000,
    }));
}

describe.skipIf(!hasBrowser)('a reply of 20,000 tokens at 200 tokens a second', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());

  it('leaves the page time for more than 30 frames a second, and moves nothing that is already shown', async () => {
    const tokens = longReply(earlierTokens + measuredTokens);
    const earlier =
      tokens
        .slice(0, earlierTokens)
        .join('')
        .match(/[\s\S]{1,400}/g) ?? [];
    pages.model.enqueue([...earlier.map(delta), ...paced(tokens.slice(earlierTokens)), finish(), done]);
    const page = await pages.open('/');
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await sendMessage(page, 'Write a lot');
    const minLength = tokens.slice(0, earlierTokens).join('').length * 0.8;
    await page.waitForFunction(
      (length) => (document.querySelector('article[aria-label="Reply"]')?.textContent?.length ?? 0) > length,
      minLength,
    );
    const [stopCounting, cpuBefore] = [await countFrames(page), await cpuSeconds(session)];
    await button(lastReply(page), 'Like').waitFor({ timeout: 25_000 });
    const { frames, seconds, shift, moved } = await stopCounting();
    const cpuShare = ((await cpuSeconds(session)) - cpuBefore) / seconds;
    // At 30 frames a second, the page uses less than two thirds of each frame.
    expect(cpuShare).toBeLessThan(0.66);
    expect(frames / seconds).toBeGreaterThan(10);
    expect(shift, moved.join('\n')).toBeLessThan(0.02);
  }, 60_000);
});

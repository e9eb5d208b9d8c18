import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delta, done, finish, type Script, wait } from '../support/script.ts';
import { button, lastReply, say } from './support/chat.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

const tokensPerSecond = 200;
const measuredTokens = 1_000;
/** Of the 20,000 tokens of a long reply the last ones cost most: those before them come at once. */
const earlierTokens = 19_000;

/** About four letters a token, in paragraphs, lists, tables, and code that is longer than all of them. */
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

/** How long the page's main thread has worked, in seconds of its own clock, which stands still while others have the processor. */
async function workedSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

type Counted = { frames: number; seconds: number; shift: number; moved: string[] };

/** Counts frames, and how much of what stands was moved (as Cumulative Layout Shift has it), until it is asked. */
async function countFrames(page: Page): Promise<() => Promise<Counted>> {
  const counting = await page.evaluateHandle(() => {
    const counted = { frames: 0, shift: 0, moved: [] as string[], since: performance.now() };
    const count = () => {
      counted.frames += 1;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ('value' in entry) counted.shift += Number(entry.value);
        const { sources = [] }: { sources?: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[] } =
          entry as never;
        for (const { node, previousRect, currentRect } of sources) {
          counted.moved.push(
            `${Math.round(entry.startTime - counted.since)} ms: ${node?.nodeName} ${node?.textContent?.slice(0, 40)} from ${previousRect.y} to ${currentRect.y}`,
          );
        }
      }
    }).observe({ type: 'layout-shift' });
    return counted;
  });
  return () =>
    counting.evaluate(({ frames, shift, moved, since }) => ({
      frames,
      shift,
      moved,
      seconds: (performance.now() - since) / 1_000,
    }));
}

describe.skipIf(!hasBrowser)('a reply of 20,000 tokens that comes at 200 a second', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());

  it('leaves the page time for more than 30 frames a second, and moves nothing that stands', async () => {
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
    await say(page, 'Write a lot');
    const most = tokens.slice(0, earlierTokens).join('').length * 0.8;
    await page.waitForFunction(
      (length) => (document.querySelector('article[aria-label="Reply"]')?.textContent?.length ?? 0) > length,
      most,
    );
    const [framesSince, workedBefore] = [await countFrames(page), await workedSeconds(session)];
    await button(lastReply(page), 'Like').waitFor({ timeout: 25_000 });
    const { frames, seconds, shift, moved } = await framesSince();
    const share = ((await workedSeconds(session)) - workedBefore) / seconds;
    // A frame of 1/30 s, of which the page takes less than two thirds.
    expect(share).toBeLessThan(0.66);
    expect(frames / seconds).toBeGreaterThan(10);
    expect(shift, moved.join('\n')).toBeLessThan(0.02);
  }, 60_000);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reply } from '../support/script.ts';
import { lastReply, sendMessage, waitForReply } from './support/chat.ts';
import { hasBrowser, type Pages, startPages } from './support/pages.ts';

let pages: Pages;

const hostile = `Before

<script>window.harmed = 1</script>
<img src="https://evil.example/x.png" onerror="window.harmed = 2">
<iframe src="javascript:window.harmed=3"></iframe>
<style>body { display: none }</style>

[a](javascript:window.harmed=4) [b](JaVaScRiPt:window.harmed=5) [c](data:text/html,<script>harmed=6</script>)
[d](&#106;avascript:window.harmed=7) [e](vbscript:x) ![pixel](https://evil.example/track.png) <a href="javascript:harmed=8">f</a>
<svg onload="window.harmed = 9"><animate onbegin="window.harmed = 10"/></svg>

$\\href{javascript:window.harmed=11}{x}$ $\\includegraphics{https://evil.example/y.png}$ $\\htmlStyle{color:red}{y}$

| a |
| --- |
| <b onmouseover="window.harmed = 12">c</b> |

\`\`\`html
<script>window.harmed = 13</script>
\`\`\`

[good](https://example.org/) after`;

describe.skipIf(!hasBrowser)('a reply full of scripts, frames, pictures and javascript: links', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());

  it('runs nothing, requests nothing from other hosts, and is shown as text', async () => {
    pages.model.enqueue(reply(...(hostile.match(/[\s\S]{1,9}/g) ?? [])));
    const page = await pages.open('/');
    const requestedUrls: string[] = [];
    page.on('request', (request) => requestedUrls.push(request.url()));
    await sendMessage(page, 'Harm me');
    const element = await waitForReply(page, 'after');
    await element.locator('.katex').first().waitFor();
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    expect(await element.locator('script, iframe, style, img, object, embed, svg:not([class])').count()).toBe(
      0,
    );
    const links = await element
      .locator('a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links.filter((href) => !href?.startsWith('https://'))).toEqual([]);
    expect(links).toContain('https://example.org/');
    expect(requestedUrls.filter((url) => new URL(url).hostname !== '127.0.0.1')).toEqual([]);
    expect(await lastReply(page).getByText('window.harmed = 1<').count()).toBeGreaterThan(0);
    for (const handler of await element
      .locator('*')
      .evaluateAll((all) =>
        all.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith('on'))),
      )) {
      expect.fail(`an element has ${handler}`);
    }
    expect(pages.takeErrors()).toEqual([]);
  });

  it('the Content-Security-Policy stops a script that is in the page nevertheless', async () => {
    const page = await pages.open('/');
    const blocked = page.waitForEvent('console', (message) =>
      message.text().includes('Content Security Policy'),
    );
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.harmed = 1';
      document.body.append(script);
    });
    await blocked;
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    pages.takeErrors();
  });
});

describe.skipIf(!hasBrowser)('markdown', () => {
  beforeAll(async () => {
    pages = await startPages();
  });
  afterAll(() => pages.stop());

  it('renders tables, code with a copy button, lists, tasks and formulas', async () => {
    const text =
      '## Title\n\n| a | b |\n| - | -: |\n| 1 | *2* |\n\n- [x] done\n- open\n\n```ts\nconst a = 1;\n```\n\n' +
      'Energy $E = mc^2$ costs $5 and $6.\n\n$$\\int_0^1 x\\,dx = \\frac12$$\n\n> quoted &amp; said\n';
    pages.model.enqueue(reply(...(text.match(/[\s\S]{1,5}/g) ?? [])));
    const page = await pages.open('/');
    await sendMessage(page, 'Markdown');
    const element = await waitForReply(page, 'quoted & said');
    await element.getByRole('heading', { name: 'Title' }).waitFor();
    expect(await element.locator('td').allInnerTexts()).toEqual(['1', '2']);
    expect(await element.locator('input[type=checkbox]:checked').count()).toBe(1);
    expect(await element.locator('.katex-display').count()).toBe(1);
    expect(await element.locator('.katex').count()).toBe(2);
    await element.getByText('costs $5 and $6.').waitFor();
    await element.getByRole('button', { name: 'Copy code' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('const a = 1;');
    expect(pages.takeErrors()).toEqual([]);
  });
});

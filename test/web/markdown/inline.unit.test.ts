import { describe, expect, it } from 'vitest';
import { decodeEntities } from '../../../src/web/markdown/entities.ts';
import { safeUrl } from '../../../src/web/markdown/safe-url.ts';

describe('a link in a reply', () => {
  it('may lead to the web and to mail', () => {
    expect(safeUrl('https://example.org/a?b=c')).toBe('https://example.org/a?b=c');
    expect(safeUrl('mailto:ada@example.org')).toBe('mailto:ada@example.org');
  });

  it('must not run anything, read a file, or lead into this application', () => {
    const refused = [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:https://example.org/1',
      '/graphql',
      '//evil.example',
      '#top',
      '',
    ];
    expect(refused.filter((href) => safeUrl(href) !== undefined)).toEqual([]);
  });
});

describe('character references', () => {
  it('become their characters', () => {
    expect(decodeEntities('a &amp; b &lt; c &#8364; &#x1F600; &mdash;')).toBe('a & b < c € 😀 —');
  });

  it('stay unchanged if they name no character', () => {
    expect(decodeEntities('&nothing; &#0; &#xD800; &#9999999; R&D')).toBe(
      '&nothing; &#0; &#xD800; &#9999999; R&D',
    );
  });
});

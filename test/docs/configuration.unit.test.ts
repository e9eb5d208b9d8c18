import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../src/config.ts';

/** The rows `| NAME | default | meaning |`, by name. */
function readRows(): Map<string, { value: string; meaning: string }> {
  const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\|\s*`([A-Z][A-Z_]+)`\s*\|([^|]*)\|(.*)\|\s*$/gm);
  return new Map([...rows].map(([, name = '', value = '', meaning = '']) => [name, { value, meaning }]));
}

describe('the page docs/configuration.md', () => {
  it('has a row for every variable, and no other', () => {
    expect([...readRows().keys()].sort()).toEqual(Object.keys(environmentSchema.shape).sort());
  });

  it('gives the default of every variable that has one, and a meaning to each', () => {
    const rows = readRows();
    for (const [name, value] of Object.entries(environmentSchema.parse({}))) {
      const row = rows.get(name);
      if (value !== undefined && String(value) !== '') {
        const shown = row?.value.replaceAll(/[`,_\s]/g, '');
        expect(shown, name).toBe(String(value).replaceAll('_', ''));
      }
      expect(row?.meaning.trim(), name).not.toBe('');
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBlockReader, readBlocks } from '../../../src/web/markdown/blocks.ts';

const parts = [
  'A paragraph with *emphasis*,\nof two lines.\n\n',
  '# Heading\n',
  'Setext\n===\n\n',
  '- one\n- two\n\n  still two\n- three\n\n',
  '1. first\n\n2. second\n   - nested\n\n',
  '```ts\nconst a = 1;\n\nconst b = 2;\n```\n',
  '| a | b |\n| - | - |\n| 1 | 2 |\n\n',
  '> quoted\n> more\n\n',
  '$$\nx^2\n\n+ y\n$$\n\n',
  'costs $5 and $E = mc^2$\n\n',
  '---\n\n',
  '<div>html</div>\n\n',
  '    indented code\n\n',
  '- [ ] task\n- [x] done\n\n',
];
const markdown = fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((all) => all.join(''));
const rawOf = (text: string) => readBlocks(text).map(({ type, raw }) => [type, raw]);

describe('growing markdown', () => {
  it('ends with the blocks that reading it at once gives, however it was split', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.nat({ max: 30 }), { minLength: 1 }), (text, steps) => {
        const reader = createBlockReader();
        let end = 0;
        for (let at = 0; end < text.length; at += 1) {
          end = Math.min(text.length, end + 1 + (steps[at % steps.length] ?? 0));
          reader.read(text.slice(0, end));
        }
        const shown = reader.read(text).map(({ type, raw }) => [type, raw]);
        expect(shown).toEqual(rawOf(text));
      }),
      { numRuns: 300 },
    );
  });

  it('starts over if the text is a different one', () => {
    const reader = createBlockReader();
    reader.read('one\n\ntwo\n\nthree');
    expect(reader.read('# else').map(({ type }) => type)).toEqual(['heading']);
  });

  it('keeps its finished blocks, which are not parsed again', () => {
    const reader = createBlockReader();
    const before = reader.read('one\n\ntwo\n\nthree\n\nfour');
    const after = reader.read('one\n\ntwo\n\nthree\n\nfour\n\nfive');
    expect(after.length).toBeGreaterThan(before.length);
    expect(after[0]).toBe(before[0]);
    expect(after[2]).toBe(before[2]);
  });

  it('is read in time that does not depend on the finished blocks', () => {
    const paragraph = 'The quick brown fox jumps over the lazy dog.\n\n';
    const reader = createBlockReader();
    let text = '';
    // CPU time, not wall-clock time, which grows when other processes have the processor.
    const cpuMsOf = (count: number) => {
      const before = process.threadCpuUsage();
      for (let at = 0; at < count; at += 1) {
        text += paragraph;
        reader.read(text);
      }
      return process.threadCpuUsage(before).user / 1_000;
    };
    cpuMsOf(200);
    const early = cpuMsOf(200);
    cpuMsOf(1_000);
    expect(cpuMsOf(200)).toBeLessThan(early * 8 + 50);
  });
});

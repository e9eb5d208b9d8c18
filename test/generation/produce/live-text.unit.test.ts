import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLiveText, cutText } from '../../../src/generation/produce/live-text.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });

describe('live text', () => {
  it('reads from any offset, in pieces of any size, exactly what was appended', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), fc.integer({ min: 2, max: 40 }), (pieces, maxLength) => {
        const live = createLiveText();
        for (const piece of pieces) live.append(piece);
        const whole = pieces.join('');
        expect(live.length).toBe(whole.length);
        for (let start = 0; start <= whole.length; start += 1) {
          let read = '';
          for (
            let piece = live.read(start, maxLength);
            piece !== '';
            piece = live.read(start + read.length, maxLength)
          ) {
            expect(piece.length).toBeLessThanOrEqual(maxLength);
            read += piece;
          }
          expect(read).toBe(whole.slice(start));
        }
      }),
    );
  });

  it('never ends a piece in half of a surrogate pair', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.integer({ min: 2, max: 20 }),
        (whole, maxLength) => {
          expect(cutText(whole, maxLength).isWellFormed()).toBe(true);
        },
      ),
    );
  });
});

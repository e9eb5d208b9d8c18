import { describe, expect, it } from 'vitest';
import { createReadPacing } from '../../../src/generation/produce/read-pacing.ts';

describe('the beat at which models are read', () => {
  it('lets few replies be read as they come, and gives many the same next beat', async () => {
    let count = 7;
    const beat = createReadPacing(() => count);
    expect(beat.next()).toBeUndefined();
    count = 8;
    const first = beat.next();
    expect(first).toBeInstanceOf(Promise);
    expect(beat.next()).toBe(first);
    await first;
    expect(beat.next()).not.toBe(first);
  });
});

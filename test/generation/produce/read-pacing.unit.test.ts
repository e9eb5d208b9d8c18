import { describe, expect, it } from 'vitest';
import { createReadPacing } from '../../../src/generation/produce/read-pacing.ts';

describe('the pacing of reads from models', () => {
  it('lets few replies be read as they come, and makes many wait for the same moment', async () => {
    let count = 7;
    const pacing = createReadPacing(() => count);
    expect(pacing.next()).toBeUndefined();
    count = 8;
    const first = pacing.next();
    expect(first).toBeInstanceOf(Promise);
    expect(pacing.next()).toBe(first);
    await first;
    expect(pacing.next()).not.toBe(first);
  });
});

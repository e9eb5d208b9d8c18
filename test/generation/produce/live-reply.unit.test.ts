import { describe, expect, it } from 'vitest';
import { createLiveReply } from '../../../src/generation/produce/live-reply.ts';

describe('a live reply', () => {
  it('keeps text and reasoning apart, each with its own offsets', () => {
    const reply = createLiveReply();
    reply.append('reasoning', 'let me see');
    reply.append('text', 'Three');
    reply.append('reasoning', ', yes');
    expect([reply.text.length, reply.reasoning.length]).toEqual([5, 15]);
    expect(reply.text.read(2, 100)).toBe('ree');
    expect(reply.reasoning.read(4, 100)).toBe('me see, yes');
    expect([reply.text.whole(), reply.reasoning.whole()]).toEqual(['Three', 'let me see, yes']);
  });

  it('calls each listener once, at the next change of either channel or at the end', () => {
    const reply = createLiveReply();
    const calls: string[] = [];
    reply.onceChanged(() => calls.push('first'));
    const cancel = reply.onceChanged(() => calls.push('cancelled'));
    cancel();
    reply.append('reasoning', 'a');
    reply.append('text', 'b');
    reply.onceChanged(() => calls.push('second'));
    reply.append('text', 'c');
    reply.onceChanged(() => calls.push('end'));
    reply.close();
    expect(calls).toEqual(['first', 'second', 'end']);
    expect(reply.isClosed).toBe(true);
  });
});

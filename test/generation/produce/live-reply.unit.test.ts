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

  it('tells each listener once, of the next change of either or of the end', () => {
    const reply = createLiveReply();
    const heard: string[] = [];
    reply.onceChanged(() => heard.push('first'));
    const release = reply.onceChanged(() => heard.push('released'));
    release();
    reply.append('reasoning', 'a');
    reply.append('text', 'b');
    reply.onceChanged(() => heard.push('second'));
    reply.append('text', 'c');
    reply.onceChanged(() => heard.push('end'));
    reply.close();
    expect(heard).toEqual(['first', 'second', 'end']);
    expect(reply.isClosed).toBe(true);
  });
});

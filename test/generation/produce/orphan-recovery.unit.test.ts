import { describe, expect, it } from 'vitest';
import { recoveredText } from '../../../src/generation/produce/orphan-recovery.ts';

describe('the text of a recovered reply', () => {
  it('is what was stored if no reader followed it', () => {
    expect(recoveredText({ text: 'stored', reasoning: 'hm' }, undefined)).toEqual({
      text: 'stored',
      reasoning: 'hm',
    });
  });

  it.each([
    ['continues what was stored', 'stored and shown', 'stored and shown'],
    ['is shorter than what was stored', 'sto', 'stored'],
    ['differs from what was stored', 'another text', 'stored'],
    ['is empty', '', 'stored'],
  ])('when what readers have %s', (_, shown, text) => {
    expect(recoveredText({ text: 'stored', reasoning: '' }, { text: shown, reasoning: '' })).toEqual({
      text,
      reasoning: '',
    });
  });

  it('is decided for each channel by itself', () => {
    const stored = { text: 'stored', reasoning: 'thought' };
    expect(recoveredText(stored, { text: 'sto', reasoning: 'thought on' })).toEqual({
      text: 'stored',
      reasoning: 'thought on',
    });
  });
});

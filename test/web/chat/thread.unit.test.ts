import { describe, expect, it } from 'vitest';
import type { MessageSnapshot } from '../../../src/log/fold/fold.ts';
import { choiceOf, readThread } from '../../../src/web/chat/thread.ts';

const message = (id: string, parentId: string | null): MessageSnapshot => ({
  id,
  parentId,
  role: 'user',
  content: id,
  reasoning: null,
  status: 'complete',
  error: null,
  modelId: null,
  parameters: null,
  finishReason: null,
  usage: null,
  timings: null,
  metadata: {},
  createdAt: new Date(0),
  feedback: [],
});
const tree = [
  message('a', null),
  message('a1', 'a'),
  message('a2', 'a'),
  message('a1x', 'a1'),
  message('a2x', 'a2'),
  message('b', null),
];
const shownIds = (choice: ReadonlyMap<string, string>) =>
  readThread(tree, choice).map(({ message: { id } }) => id);

describe('the branch that is shown', () => {
  it('follows the newest message at each fork', () => {
    expect(shownIds(new Map())).toEqual(['b']);
    expect(shownIds(new Map([['', 'a']]))).toEqual(['a', 'a2', 'a2x']);
  });

  it('follows the chosen message, with its siblings in order', () => {
    const thread = readThread(
      tree,
      new Map([
        ['', 'a'],
        ['a', 'a1'],
      ]),
    );
    expect(thread.map(({ message: { id } }) => id)).toEqual(['a', 'a1', 'a1x']);
    expect(thread[1]?.siblings.map(({ id }) => id)).toEqual(['a1', 'a2']);
  });

  it('leads to any message by the choices that show it', () => {
    for (const { id } of tree) expect(shownIds(choiceOf(tree, id))).toContain(id);
  });

  it('ignores a choice that does not exist', () => {
    expect(shownIds(new Map([['', 'gone']]))).toEqual(['b']);
  });
});

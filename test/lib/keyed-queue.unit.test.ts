import { expect, it } from 'vitest';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import { waitUntil } from '../support/wait.ts';

/** Tasks that end on demand, and the names of those that have started. */
function createTasks() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    task: (name: string) => () => {
      started.push(name);
      return new Promise<void>((resolve) => void ends.set(name, resolve));
    },
    end: (name: string) => ends.get(name)?.(),
  };
}

const wide = { keys: 100, tasks: 100, bytes: 100 };

it('runs tasks of one key in order, and those of other keys at the same time', async () => {
  const queue = createKeyedQueue(wide);
  const { started, task, end } = createTasks();
  await queue.run('a', 1, task('a1'));
  await queue.run('a', 1, task('a2'));
  await queue.run('b', 1, task('b1'));
  await waitUntil('both keys are running', () => started.length === 2);
  expect(started).toEqual(['a1', 'b1']);
  end('a1');
  await waitUntil('the next of the key starts', () => started.includes('a2'));
  let isDrained = false;
  const drained = queue.drain().then(() => {
    isDrained = true;
  });
  end('b1');
  await queue.run('b', 1, task('b2'));
  await waitUntil('the last starts', () => started.includes('b2'));
  end('b2');
  expect(isDrained).toBe(false);
  end('a2');
  await drained;
});

it.each([
  { name: 'keys', limits: { ...wide, keys: 1 }, second: 'b' },
  { name: 'tasks', limits: { ...wide, tasks: 1 }, second: 'a' },
  { name: 'bytes', limits: { ...wide, bytes: 5 }, second: 'b' },
])('accepts no more $name than its limit', async ({ limits, second }) => {
  const queue = createKeyedQueue(limits);
  const { started, task, end } = createTasks();
  // A task that is larger than the limit is accepted all the same.
  await queue.run('a', 50, task('first'));
  let isAccepted = false;
  const accepted = queue.run(second, 1, task('second')).then(() => {
    isAccepted = true;
  });
  await waitUntil('the first is running', () => started.length === 1);
  expect(isAccepted).toBe(false);
  end('first');
  await accepted;
  await waitUntil('the second is running', () => started.length === 2);
  end('second');
  await queue.drain();
});

it('accepts more tasks of a running key when there is no room for another key', async () => {
  const queue = createKeyedQueue({ ...wide, keys: 1 });
  const { started, task, end } = createTasks();
  await queue.run('a', 1, task('a1'));
  await queue.run('a', 1, task('a2'));
  await waitUntil('it is running', () => started.length === 1);
  end('a1');
  await waitUntil('the next is running', () => started.length === 2);
  end('a2');
  await queue.drain();
});

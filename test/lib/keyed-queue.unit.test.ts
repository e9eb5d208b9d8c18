import { expect, it } from 'vitest';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import { waitUntil } from '../support/wait.ts';

/** Tasks that end when they are told to, and what became of each. */
function createTasks() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    task: (name: string) => () => {
      begun.push(name);
      return new Promise<void>((resolve) => void ends.set(name, resolve));
    },
    end: (name: string) => ends.get(name)?.(),
  };
}

const wide = { keys: 100, tasks: 100, bytes: 100 };

it('runs tasks of one key in their order, and those of others meanwhile', async () => {
  const lanes = createKeyedQueue(wide);
  const { begun, task, end } = createTasks();
  await lanes.run('a', 1, task('a1'));
  await lanes.run('a', 1, task('a2'));
  await lanes.run('b', 1, task('b1'));
  await waitUntil('both keys are at work', () => begun.length === 2);
  expect(begun).toEqual(['a1', 'b1']);
  end('a1');
  await waitUntil('the next of the key begins', () => begun.includes('a2'));
  let isDrained = false;
  const drained = lanes.drain().then(() => {
    isDrained = true;
  });
  end('b1');
  await lanes.run('b', 1, task('b2'));
  await waitUntil('the last begins', () => begun.includes('b2'));
  end('b2');
  expect(isDrained).toBe(false);
  end('a2');
  await drained;
});

it.each([
  { name: 'keys', room: { ...wide, keys: 1 }, second: 'b' },
  { name: 'tasks', room: { ...wide, tasks: 1 }, second: 'a' },
  { name: 'bytes', room: { ...wide, bytes: 5 }, second: 'b' },
])('takes no more $name than there is room for', async ({ room, second }) => {
  const lanes = createKeyedQueue(room);
  const { begun, task, end } = createTasks();
  // One that is larger than all the room still has its turn.
  await lanes.run('a', 50, task('first'));
  let isTaken = false;
  const taken = lanes.run(second, 1, task('second')).then(() => {
    isTaken = true;
  });
  await waitUntil('the first is at work', () => begun.length === 1);
  expect(isTaken).toBe(false);
  end('first');
  await taken;
  await waitUntil('the second is at work', () => begun.length === 2);
  end('second');
  await lanes.drain();
});

it('has room for more of a key that is at work when there is none for another key', async () => {
  const lanes = createKeyedQueue({ ...wide, keys: 1 });
  const { begun, task, end } = createTasks();
  await lanes.run('a', 1, task('a1'));
  await lanes.run('a', 1, task('a2'));
  await waitUntil('it is at work', () => begun.length === 1);
  end('a1');
  await waitUntil('the next is at work', () => begun.length === 2);
  end('a2');
  await lanes.drain();
});

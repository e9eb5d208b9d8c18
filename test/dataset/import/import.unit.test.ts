// How an import treats good lines, bad lines and failures, whatever appends them.
import { expect, it } from 'vitest';
import { type ImportOptions, importSource } from '../../../src/dataset/import/import.ts';
import type { Entry, SourceLine } from '../../../src/dataset/import/source.ts';
import { AppError } from '../../../src/errors.ts';

type Step = { line: number; conversation?: string; problem?: string };

async function* sourceOf(steps: Step[]): AsyncGenerator<SourceLine> {
  for (const { line, conversation = 'c', problem } of steps) {
    const entry: Entry = { conversationId: conversation, conversationName: String(line), events: [] };
    yield { line, bytes: 10, ...(problem === undefined ? entry : { problem }) };
  }
}

const lines = (...numbers: number[]): Step[] => numbers.map((line) => ({ line }));
const refusal = new AppError('CONFLICT', 'Refused.');

/** @param act called with the number of each line; a rejection is the result of the append */
function createRun(act: (line: number) => unknown = () => {}) {
  const seen = { appended: [] as number[], bad: [] as string[], bytes: 0 };
  const options: ImportOptions = {
    async append({ conversationName }, onAppended) {
      seen.appended.push(Number(conversationName));
      onAppended(Number(conversationName) % 2 === 1);
      await act(Number(conversationName));
    },
    isStrict: false,
    onBadLine: (line, reason) => void seen.bad.push(`${line} ${reason}`),
    onProgress: (bytes) => {
      seen.bytes = bytes;
    },
  };
  return { seen, options };
}

it('appends in the order of the lines, and counts new and known events', async () => {
  const { seen, options } = createRun();
  const result = await importSource(sourceOf(lines(1, 2, 3, 4, 5)), options);
  expect(result).toEqual({ added: 3, known: 2, badLines: 0, failure: undefined });
  expect(seen).toEqual({ appended: [1, 2, 3, 4, 5], bad: [], bytes: 50 });
});

it('continues after lines that can’t be read or are refused, and counts events before the refusal', async () => {
  const { seen, options } = createRun((line) => line === 3 && Promise.reject(refusal));
  const steps = [...lines(1), { line: 2, problem: 'Unreadable.' }, ...lines(3, 4)];
  const result = await importSource(sourceOf(steps), options);
  expect(result).toEqual({ added: 2, known: 1, badLines: 2, failure: undefined });
  expect(seen).toEqual({ appended: [1, 3, 4], bad: ['2 Unreadable.', '3 Refused.'], bytes: 40 });
});

it('if strict, ends at the first line that can’t be read, after importing all lines before it', async () => {
  const { seen, options } = createRun();
  const steps = [
    ...lines(1, 2),
    { line: 3, problem: 'Unreadable.' },
    { line: 4, problem: 'Unreadable.' },
    ...lines(5),
  ];
  const result = await importSource(sourceOf(steps), { ...options, isStrict: true });
  expect(result).toMatchObject({ badLines: 1 });
  expect(seen).toMatchObject({ appended: [1, 2], bad: ['3 Unreadable.'] });
});

it('if strict, ends at the first line that is refused, even if a later line is refused earlier', async () => {
  const late = Promise.withResolvers<void>();
  const { seen, options } = createRun(async (line) => {
    if (line === 4) late.resolve();
    if (line === 2) await late.promise;
    if (line === 2 || line === 4) throw refusal;
  });
  const steps = [1, 2, 3].map((line) => ({ line, conversation: 'slow' }));
  const other = { line: 4, conversation: 'fast' };
  const result = await importSource(sourceOf([...steps, other]), { ...options, isStrict: true });
  expect(result).toMatchObject({ badLines: 1 });
  // The third line waits for the second, which is bad: it is not appended.
  expect(seen.appended.toSorted()).toEqual([1, 2, 4]);
  expect(seen.bad).toEqual(['2 Refused.']);
});

it('ends if the database is unavailable, and appends nothing more', async () => {
  const unavailable = new AppError('UPSTREAM_FAILED', 'Unavailable.');
  const { seen, options } = createRun((line) => line === 2 && Promise.reject(unavailable));
  const result = await importSource(sourceOf(lines(1, 2, 3, 4)), options);
  expect(result).toMatchObject({ badLines: 0, failure: unavailable });
  expect(seen).toMatchObject({ appended: [1, 2], bad: [] });
});

it('rejects with an error that is not an AppError, since that is a bug', async () => {
  const { seen, options } = createRun((line) => line === 2 && Promise.reject(new TypeError('a bug')));
  await expect(importSource(sourceOf(lines(1, 2, 3)), options)).rejects.toThrow('a bug');
  expect(seen.appended).toEqual([1, 2]);
});

it('rejects with an error of its source, once all lines before it are done', async () => {
  const { seen, options } = createRun(() => new Promise((resolve) => setImmediate(resolve)));
  async function* broken() {
    yield* sourceOf(lines(1, 2, 3));
    throw new Error('unreadable');
  }
  await expect(importSource(broken(), options)).rejects.toThrow('unreadable');
  expect(seen).toMatchObject({ appended: [1, 2, 3], bytes: 30 });
});

import { describe, expect, it } from 'vitest';
import { addRun } from '../../bench/results/add-run.ts';
import { renderBenchmark } from '../../bench/results/render-table.ts';
import { parseResultFile, renderResultFile } from '../../bench/results/result-file.ts';
import { measureRounds, ours } from '../../bench/results/rounds.ts';
import { resultFileSchema } from '../../bench/results/schema.ts';
import { summarize } from '../../bench/results/summary.ts';
import { renderElapsed } from '../../bench/support/progress.ts';
import { type MadeUp, madeUpFile, madeUpTable, silent } from './made-up-results.ts';

const measured: MadeUp = {
  rounds: 3,
  rate: (round) => ({ ours: [5_000, 5_200, 4_900][round], limit: [1_000, 1_100, undefined][round] }),
};

describe('a result file', () => {
  it('is the same after it was written and read', async () => {
    const file = await madeUpFile(measured);
    expect(parseResultFile(renderResultFile(file), 'a.json')).toEqual(file);
    expect(resultFileSchema.parse(file)).toEqual(file);
  });

  it('has the rounds of a metric on one line', async () => {
    const text = renderResultFile(await madeUpFile(measured));
    expect(text).toContain('"rounds": [ 5000, 5200, 4900 ]');
    expect(text).toContain('"rounds": [ 1000, 1100, null ]');
  });

  it('keeps each round in order, with its ratio to the limit, median, min and max', async () => {
    const table = await madeUpTable(measured);
    const [first, limit] = table.cases[0]?.contenders ?? [];
    expect(first?.metrics.rate).toEqual({
      median: 5_000,
      min: 4_900,
      max: 5_200,
      rounds: [5_000, 5_200, 4_900],
    });
    expect(first?.ratios.rate).toEqual({
      median: 4.863635,
      min: 4.72727,
      max: 5,
      rounds: [5, 4.72727, null],
    });
    expect(limit).toMatchObject({ isOurs: false, ratios: {} });
  });

  it('of another version is refused with a sentence', async () => {
    const other = JSON.stringify({ ...(await madeUpFile(measured)), version: 2 });
    expect(() => parseResultFile(other, 'b.json')).toThrow(
      'b.json is a result file of version 2. This checkout reads version 1. Measure again with the benchmarks of this checkout.',
    );
  });

  it('that is something else is refused with what is wrong', async () => {
    expect(() => parseResultFile('| case |', 'c.json')).toThrow('c.json is not JSON');
    expect(() => parseResultFile('{}', 'c.json')).toThrow('c.json is not a result file');
    const wrong = JSON.stringify({ ...(await madeUpFile(measured)), commit: 7 });
    expect(() => parseResultFile(wrong, 'c.json')).toThrow('at commit');
  });
});

describe('runs of single rounds', () => {
  it('add up to one result with all rounds', async () => {
    const one = (round: number) => madeUpFile({ rounds: 1, rate: () => measured.rate(round) });
    const all = addRun(addRun(await one(0), await one(1)), await one(2));
    expect(all).toEqual(await madeUpFile(measured));
  });

  it('of another commit or with a failure are not added', async () => {
    const file = await madeUpFile(measured);
    expect(() => addRun(file, { ...file, commit: null })).toThrow(
      'The checkout changed while it was measured',
    );
    const failed = { ...file, benchmarks: [], failures: [{ name: 'append', message: 'No Postgres.' }] };
    expect(() => addRun(file, failed)).toThrow('No Postgres.');
  });

  it('that measured different things are not added', async () => {
    const file = await madeUpFile(measured);
    const other = structuredClone(file);
    for (const one of other.benchmarks[0]?.tables[0]?.cases ?? []) one.name = '65 writers';
    expect(() => addRun(file, other)).toThrow('Runs of append measured different things');
  });
});

describe('rounds', () => {
  it('turn the order of contenders, from the first round that is asked for', async () => {
    const order: string[] = [];
    const plan = {
      ...{ name: 'order', cases: [{ name: 'one' }], contenders: ['a', 'b', 'c'].map(ours) },
      metrics: [{ name: 'rate', title: 'rate', digits: 0, better: 'higher' }] as const,
    };
    await measureRounds(plan, { ...silent, rounds: 2, firstRound: 2 }, async (_case, contender) => {
      order.push(contender);
      return { rate: 1 };
    });
    expect(order.join('')).toBe('bcacab');
  });

  it('leave out what the plan leaves out', async () => {
    const plan = {
      ...{ name: 'left out', cases: [{ name: 'one' }, { name: 'two' }], contenders: [ours('a'), ours('b')] },
      isLeftOut: (caseName: string, contender: string) => caseName === 'two' && contender === 'a',
      metrics: [{ name: 'rate', title: 'rate', digits: 0, better: 'higher' }] as const,
    };
    const { cases } = await measureRounds(plan, { ...silent, rounds: 1, firstRound: 1 }, async () => ({
      rate: 1,
    }));
    expect(cases.map(({ contenders }) => contenders.map(({ name }) => name))).toEqual([['a', 'b'], ['b']]);
  });
});

describe('a table', () => {
  it('shows medians with their range, and ratios to the limit', async () => {
    const [benchmark] = (await madeUpFile(measured)).benchmarks;
    expect(benchmark && renderBenchmark(benchmark)).toBe(`## append: 3 round(s), median (min–max)

| case | contender | events/s | CPU µs | lag ms | offered/s | events/s by raw pg’s |
| --- | --- | --: | --: | --: | --: | --: |
| 64 writers | log writer | 5,000 (4,900–5,200) | 200.0 (192.3–204.1) | 0.0 (0.0–0.0) | 500 (500–500) | 4.86 (4.73–5.00) |
| 64 writers | raw pg | 1,050 (1,000–1,100) | 954.5 (909.1–1,000.0) | 0.0 (0.0–0.0) | 500 (500–500) | 1 |

Measured by nobody.`);
  });

  it('shows a dash for what could not be measured', async () => {
    const file = await madeUpFile({ rounds: 1, rate: () => ({ ours: 5_000, limit: undefined }) });
    const [benchmark] = file.benchmarks;
    expect(benchmark && renderBenchmark(benchmark)).toContain(
      '| 64 writers | raw pg | – | – | 0.0 | 500 | 1 |',
    );
  });
});

it('a value that is not finite counts as not measured', () => {
  expect(summarize([1, Number.NaN, Number.POSITIVE_INFINITY, undefined, 3])).toEqual({
    ...{ median: 2, min: 1, max: 3 },
    rounds: [1, null, null, null, 3],
  });
  expect(summarize([Number.NaN])).toEqual({ median: null, min: null, max: null, rounds: [null] });
});

it('elapsed time is minutes and seconds, and hours once there are any', () => {
  expect([0, 9_999, 61_000, 754_000, 3_723_000].map(renderElapsed)).toEqual([
    ...['0:00', '0:09', '1:01', '12:34', '1:02:03'],
  ]);
});

import { describe, expect, it } from 'vitest';
import { benchmarkNames } from '../../bench/benchmarks.ts';
import { parseCommand } from '../../bench/command-line.ts';

const parse = (line: string) => parseCommand(line.split(' ').filter((word) => word !== ''));
const defaults = {
  ...{ rounds: 3, firstRound: 1, seconds: undefined, isQuick: false },
  ...{ only: undefined, profile: undefined },
};

describe('the arguments of npm run bench', () => {
  it('name one benchmark or all', () => {
    expect(parse('append')).toEqual({ kind: 'run', name: 'append', options: defaults, json: 'none' });
    expect(parse('all')).toEqual({ kind: 'all', options: defaults, json: 'none' });
    expect(parse('all --quick')).toMatchObject({ options: { rounds: 1, isQuick: true } });
    expect(parse('all --quick --rounds 6 --seconds 2')).toMatchObject({
      options: { rounds: 6, seconds: 2, isQuick: true },
    });
  });

  it('take a result file with and without a name', () => {
    expect(parse('append --json')).toMatchObject({ json: 'default' });
    expect(parse('append --json a.json --quick')).toMatchObject({ json: { path: 'a.json' } });
    expect(parse('all --quick --json a.json')).toMatchObject({ json: { path: 'a.json' } });
  });

  it('compare two files', () => {
    const files = { kind: 'compare', a: 'a.json', b: 'b.json' };
    expect(parse('compare a.json b.json')).toEqual({ ...files, minDifference: 0.05, force: false });
    expect(parse('compare a.json b.json --min-difference 10 --force')).toEqual({
      ...{ ...files, minDifference: 0.1, force: true },
    });
  });

  it('pair two checkouts in six rounds, the fewest that can conclude something', () => {
    expect(parse('paired --base ../base append read')).toEqual({
      ...{ kind: 'paired', base: '../base', out: undefined, names: ['append', 'read'] },
      ...{ options: { ...defaults, rounds: 6 }, minDifference: 0.05 },
    });
  });

  it('list the benchmarks, and show a file', () => {
    expect(parse('list')).toEqual({ kind: 'list' });
    expect(parse('show a.json')).toEqual({ kind: 'show', path: 'a.json' });
    expect(benchmarkNames).toContain('dashboards');
  });

  it.each([
    ['', 'Usage:'],
    ['apend', '"apend" is not a benchmark or a command.'],
    ['append --rounds 0', '--rounds "0" is not a whole number from 1 to 9999.'],
    ['append a.json', 'Unexpected argument "a.json". To write a result file there, add --json.'],
    ['append --json a.json b.json', 'Unexpected arguments: b.json. Only one result file is written.'],
    ['all --only x', '--only names a case of one benchmark. Name the benchmark instead of all.'],
    ['compare a.json', 'compare takes two result files: A, then B. Given: a.json.'],
    ['compare a b --min-difference 0', '--min-difference "0" is not a percentage between 0 and 100.'],
    ['paired append', 'paired needs --base FOLDER, the checkout to compare with.'],
    ['paired --base ../base', 'paired needs the names of the benchmarks to measure.'],
    ['paired --base ../base apend', 'apend: not a benchmark.'],
    ['show', 'show takes one result file. Given: none.'],
    ['append --fast', "Unknown option '--fast'"],
  ])('refuse %j', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });
});

// What the arguments of `npm run bench` mean.
import { parseArgs } from 'node:util';
import { type BenchmarkName, benchmarkNames, isBenchmarkName } from './benchmarks.ts';
import { minPairs } from './compare/signed-rank.ts';

export type RunOptions = {
  rounds: number;
  firstRound: number;
  /** Undefined: the benchmark's default. */
  seconds: number | undefined;
  isQuick: boolean;
  only: string | undefined;
  profile: string | undefined;
};
/** Where to write the result file. `default`: under a name made of date and commit, in .afterword/bench. */
export type JsonTarget = { path: string } | 'default' | 'none';

export type Command =
  | { kind: 'list' }
  | { kind: 'run'; name: BenchmarkName; options: RunOptions; json: JsonTarget }
  | { kind: 'all'; options: RunOptions; json: JsonTarget }
  | {
      kind: 'paired';
      base: string;
      out: string | undefined;
      names: BenchmarkName[];
      options: RunOptions;
      minDifference: number;
    }
  | { kind: 'compare'; a: string; b: string; minDifference: number; force: boolean }
  | { kind: 'show'; path: string };

export const usage = `Usage:
  npm run bench -- NAME [--only CASE] [OPTIONS] [--json [FILE]]     measures one benchmark
  npm run bench -- all [OPTIONS] [--json [FILE]]                    measures all of them
  npm run bench -- compare A B [--min-difference PERCENT] [--force] compares two result files
  npm run bench -- paired --base FOLDER NAME... [OPTIONS] [--out FOLDER] [--min-difference PERCENT]
                                      measures another checkout and this one alternately, and compares them
  npm run bench -- show FILE                                        prints the tables of a result file
  npm run bench -- list                                             prints the names
Options: --rounds N, --seconds N, --quick, --profile FOLDER
Names: ${benchmarkNames.join(', ')}
bench/README.md describes what is measured.
`;

const runFlags = {
  rounds: { type: 'string' },
  'first-round': { type: 'string' },
  seconds: { type: 'string' },
  quick: { type: 'boolean' },
  only: { type: 'string' },
  profile: { type: 'string' },
} as const;
type RunFlags = { [Flag in Exclude<keyof typeof runFlags, 'quick'>]?: string | undefined } & {
  quick?: boolean | undefined;
};

const defaultRounds = 3;
const defaultMinDifference = 5;

/** @throws Error with a sentence for the user */
export function parseCommand([command = '', ...args]: readonly string[]): Command {
  if (command === 'all' || isBenchmarkName(command)) return parseRun(command, args);
  switch (command) {
    case 'compare':
      return parseCompare(args);
    case 'paired':
      return parsePaired(args);
    case 'show': {
      const { positionals } = parseArgs({ args, allowPositionals: true });
      const [path] = exactly(positionals, 1, 'show takes one result file.');
      return { kind: 'show', path: path ?? '' };
    }
    case 'list':
      parseArgs({ args });
      return { kind: 'list' };
    case '':
      throw new Error(usage);
    default:
      throw new Error(`${JSON.stringify(command)} is not a benchmark or a command.\n${usage}`);
  }
}

function parseRun(command: BenchmarkName | 'all', args: string[]): Command {
  const options = { ...runFlags, json: { type: 'boolean' } } as const;
  // --json has no value of its own, so that it can stand without one: what follows it is a positional argument.
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [path, ...extra] = positionals;
  if (extra.length > 0)
    throw new Error(`Unexpected arguments: ${extra.join(' ')}. Only one result file is written.`);
  if (path !== undefined && values.json !== true) {
    throw new Error(`Unexpected argument ${JSON.stringify(path)}. To write a result file there, add --json.`);
  }
  if (command === 'all' && values.only !== undefined) {
    throw new Error('--only names a case of one benchmark. Name the benchmark instead of all.');
  }
  const target: JsonTarget = path === undefined ? 'default' : { path };
  const json: JsonTarget = values.json === true ? target : 'none';
  const run = { options: runOptions(values, defaultRounds), json };
  return command === 'all' ? { kind: 'all', ...run } : { kind: 'run', name: command, ...run };
}

function parseCompare(args: string[]): Command {
  const options = { 'min-difference': { type: 'string' }, force: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [a = '', b = ''] = exactly(positionals, 2, 'compare takes two result files: A, then B.');
  return { kind: 'compare', a, b, minDifference: minDifferenceOf(values), force: values.force === true };
}

function parsePaired(args: string[]): Command {
  const pairedFlags = {
    base: { type: 'string' },
    out: { type: 'string' },
    'min-difference': { type: 'string' },
  } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...runFlags, ...pairedFlags },
  });
  const { base, out } = values;
  if (base === undefined) throw new Error('paired needs --base FOLDER, the checkout to compare with.');
  const unknownNames = positionals.filter((name) => !isBenchmarkName(name));
  if (unknownNames.length > 0) {
    throw new Error(
      `${unknownNames.join(', ')}: not a benchmark. The names are ${benchmarkNames.join(', ')}.`,
    );
  }
  const names = positionals.filter(isBenchmarkName);
  if (names.length === 0) throw new Error('paired needs the names of the benchmarks to measure.');
  // With fewer pairs than this default, a comparison cannot conclude anything.
  const options = runOptions(values, minPairs);
  return { kind: 'paired', base, out, names, options, minDifference: minDifferenceOf(values) };
}

function runOptions(values: RunFlags, rounds: number): RunOptions {
  const isQuick = values.quick === true;
  return {
    rounds: wholeNumber('rounds', values.rounds) ?? (isQuick ? 1 : rounds),
    firstRound: wholeNumber('first-round', values['first-round']) ?? 1,
    seconds: wholeNumber('seconds', values.seconds),
    isQuick,
    only: values.only,
    profile: values.profile,
  };
}

function exactly(positionals: string[], count: number, sentence: string): string[] {
  if (positionals.length === count) return positionals;
  throw new Error(`${sentence} Given: ${positionals.join(' ') || 'none'}.`);
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Error(`--${flag} ${JSON.stringify(text)} is not a whole number from 1 to 9999.`);
}

/** @returns a share: 0.05 for 5 % */
function minDifferenceOf(values: { 'min-difference'?: string | undefined }): number {
  const text = values['min-difference'];
  const percent = text === undefined ? defaultMinDifference : Number(text);
  if (percent > 0 && percent < 100) return percent / 100;
  throw new Error(`--min-difference ${JSON.stringify(text)} is not a percentage between 0 and 100.`);
}

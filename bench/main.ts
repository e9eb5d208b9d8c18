// Runs one benchmark and prints its table. It keeps nothing: numbers belong to the machine and the moment.
import { parseArgs } from 'node:util';
import { benchAppend } from './append.ts';
import { benchDashboards } from './dashboards.ts';
import { benchExport } from './export.ts';
import { benchFanout } from './fanout.ts';
import { benchFeedback } from './feedback.ts';
import { benchMemory } from './memory.ts';
import { benchRead } from './read.ts';
import { benchReplay } from './replay.ts';
import { benchStream } from './stream.ts';

export type Options = {
  rounds: number;
  /** How long one measurement lasts (not of streams as fast as they can). */
  seconds: number;
  /** Small enough to find out in half a minute whether it still works; the numbers then mean nothing. */
  isQuick: boolean;
  /** Only the case of this name; of `read` only the contender, of `replay` only `pages` or `replay`. */
  only: string | undefined;
  /** Folder for CPU profiles of the Afterword server. */
  profile: string | undefined;
};

type Bench = {
  run: (options: Options, stack: AsyncDisposableStack) => Promise<string>;
  seconds: number;
};

const benches: Record<string, Bench> = {
  stream: { run: benchStream, seconds: 4 },
  fanout: { run: benchFanout, seconds: 5 },
  memory: { run: benchMemory, seconds: 1 },
  append: { run: benchAppend, seconds: 4 },
  feedback: { run: benchFeedback, seconds: 5 },
  dashboards: { run: benchDashboards, seconds: 10 },
  replay: { run: benchReplay, seconds: 5 },
  export: { run: benchExport, seconds: 1 },
  read: { run: benchRead, seconds: 8 },
};

const usage = `npm run bench -- stream|fanout|memory|append|replay|feedback|dashboards|export|read [--rounds 3] [--seconds N] [--quick] [--only CASE] [--profile FOLDER]
Read bench/README.md for what is measured.
`;

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Error(`--${name} ${JSON.stringify(text)} is no whole number from 1 to 9999.`);
}

function parse(): { bench: Bench; options: Options; name: string } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const [name = '', ...rest] = positionals;
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (bench === undefined || rest.length > 0) throw new Error(`Which benchmark?\n${usage}`);
  const isQuick = values.quick;
  const options = {
    rounds: numberOf('rounds', values.rounds, isQuick ? 1 : 3),
    seconds: numberOf('seconds', values.seconds, isQuick ? 1 : bench.seconds),
    isQuick,
    only: values.only,
    profile: values.profile,
  };
  return { bench, options, name };
}

async function main(): Promise<void> {
  const { bench, options, name } = parse();
  await using stack = new AsyncDisposableStack();
  // An interrupted run must not leave its servers and its database behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.disposeAsync().finally(() => process.exit(130)));
  }
  const table = await bench.run(options, stack);
  process.stdout.write(`\n## ${name}: ${options.rounds} round(s), median (least–most)\n\n${table}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

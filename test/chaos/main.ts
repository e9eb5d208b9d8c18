// npm run chaos: prints the seed and the plan, does what they say, and ends with 1 where anything is not as it must be.
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { hasNatsServer } from '../support/nats.ts';
import { describeFault, planFaults } from './plan.ts';
import { runChaos } from './run.ts';

const usage = `Usage: npm run chaos -- [--seed N] [--faults N] [--database URL] [--output FILE]

Starts two nodes, a NATS, a Postgres and a scripted model, lets clients write and read on both nodes while faults
happen, and checks at the end that nothing was lost, doubled or torn. Needs nats-server (apt-get install nats-server).

  --seed N         repeats the plan and the load of an earlier run; a new one where not given
  --faults N       how many faults happen, 1 to 1,000 (10)
  --database URL   a Postgres server to make a database on; it is not restarted then
  --output FILE    writes what the nodes printed there

Ends with 0 when all is as it must be, 1 where there are differences or the run failed, 2 where the arguments make
no sense, and 130 when it was interrupted.
`;

class UsageError extends Error {}

function wholeNumber(name: string, given: string | undefined, { otherwise, least, most }: Limits): number {
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= least && number <= most) return number;
  throw new UsageError(`--${name} ${JSON.stringify(given)} is no whole number from ${least} to ${most}.`);
}
type Limits = { otherwise: number; least: number; most: number };

function readOptions() {
  const options = {
    seed: { type: 'string' },
    faults: { type: 'string' },
    database: { type: 'string' },
    output: { type: 'string' },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    const { values } = parseArgs({ options });
    const seed = { otherwise: randomInt(2 ** 32), least: 0, most: 2 ** 32 - 1 };
    return {
      ...values,
      seed: wholeNumber('seed', values.seed, seed),
      count: wholeNumber('faults', values.faults, { otherwise: 10, least: 1, most: 1_000 }),
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const interrupt = new AbortController();
const print = (text: string) => void process.stdout.write(`${text}\n`);
const mostDifferences = 40;

async function main(): Promise<number> {
  const { help, seed, count, database, output } = readOptions();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  if (!hasNatsServer())
    throw new Error('There is no nats-server here: apt-get install nats-server brings it.');
  const plan = planFaults({ seed, count, mayRestart: database === undefined });
  print(`Seed ${seed}: ${count} faults. Again: npm run chaos -- --seed ${seed} --faults ${count}`);
  for (const fault of plan)
    print(`  ${(fault.atMs / 1_000).toFixed(1).padStart(6)} s  ${describeFault(fault)}`);
  const startedAt = performance.now();
  const outcome = await runChaos({ seed, plan, databaseUrl: database, signal: interrupt.signal });
  if (output !== undefined) await writeFile(output, outcome.output);
  print(`After ${((performance.now() - startedAt) / 1_000).toFixed(0)} s: ${outcome.summary}.`);
  const { differences } = outcome;
  for (const difference of differences.slice(0, mostDifferences)) print(`DIFFERENCE: ${difference}`);
  if (differences.length > mostDifferences) print(`… and ${differences.length - mostDifferences} more.`);
  print(
    differences.length === 0
      ? 'Everything is as it must be.'
      : `${differences.length} differences, with seed ${seed}.`,
  );
  return differences.length === 0 ? 0 : 1;
}

for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
try {
  process.exitCode = await main();
} catch (error) {
  // The load goes on meanwhile, with nothing to ask.
  if (interrupt.signal.aborted) process.exit(130);
  process.stderr.write(error instanceof UsageError ? `${error.message}\n\n${usage}` : `${String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

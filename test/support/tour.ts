// Walks the README: runs each of its commands against a server that runs, and compares what they print.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

const readme = new URL('../../README.md', import.meta.url);
/** Sections whose commands start a server or run the tests: they can't be part of a test. `.ci/run` runs them. */
const withoutTour = ['Start it', 'Work on it'];
const address = '127.0.0.1:4000';

type Step = { command: string; expected: string[] };

/** The sections of the README that can be walked, in their order. @throws Error where one that can't be is gone */
async function readSections(): Promise<string[]> {
  const [, ...sections] = (await readFile(readme, 'utf8')).split(/^## /m);
  const isWithout = (name: string) => (section: string) => section.startsWith(`${name}\n`);
  const missing = withoutTour.find((name) => !sections.some(isWithout(name)));
  if (missing !== undefined) throw new Error(`The README has no section ${JSON.stringify(missing)}.`);
  return sections.filter((section) => !withoutTour.some((name) => isWithout(name)(section)));
}

/** The `sh` blocks of all sections, each with the lines of the `text` block that follows it. */
export async function readTour(): Promise<Step[]> {
  const steps: Step[] = [];
  for (const section of await readSections()) {
    for (const [, language, body = ''] of section.matchAll(/^```(sh|text)\n(.*?)^```$/gms)) {
      if (language === 'sh') steps.push({ command: body, expected: [] });
      else steps.at(-1)?.expected.push(...body.trimEnd().split('\n'));
    }
  }
  return steps;
}

async function run(script: string, environment: Record<string, string>): Promise<string> {
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: new URL('.', readme),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await Promise.all([
    text(shell.stdout),
    new Promise<void>((resolve, reject) => {
      shell.on('error', reject);
      shell.on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`Exit code ${code} of:\n${script}`)),
      );
    }),
  ]);
  return output;
}

/** Where a line of the README, in which … stands for anything, ends in the output; -1 where it isn't there. */
function findLine(output: string, line: string, from: number): number {
  const pattern = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const match = new RegExp(pattern.join('.*?')).exec(output.slice(from));
  return match === null ? -1 : from + match.index + match[0].length;
}

/**
 * @param host where the server listens, host:port
 * @param environment what the commands see beside the variables of this process
 * @returns how many commands were walked
 * @throws Error that names the line of the README that did not come
 */
export async function walkTour(host: string, environment: Record<string, string> = {}): Promise<number> {
  const steps = await readTour();
  let definitions = '';
  for (const { command, expected } of steps) {
    const output = await run(`${definitions}${command}`.replaceAll(address, host), environment);
    definitions += [...command.matchAll(/^\w+\(\) \{.*\}\n/gm)].join('');
    let position = 0;
    for (const line of expected) {
      position = findLine(output, line, position);
      if (position === -1) throw new Error(`The README promises\n${line}\nbut there came\n${output}`);
    }
  }
  return steps.length;
}

if (import.meta.filename === process.argv[1]) {
  const count = await walkTour(process.argv[2] ?? address);
  process.stdout.write(`Walked ${count} steps of the README.\n`);
}

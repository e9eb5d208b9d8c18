// Walks the README's five minutes: runs each of its commands against a server, and compares what they print.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

const readme = new URL('../../README.md', import.meta.url);
const address = '127.0.0.1:4000';

type Step = { command: string; expected: string[] };

/** The `sh` blocks of the section, each with the lines of the `text` block that follows it. */
export async function readTour(): Promise<Step[]> {
  const section = /^## Five minutes\n(.*?)^## /ms.exec(await readFile(readme, 'utf8'))?.[1] ?? '';
  const steps: Step[] = [];
  for (const [, language, body = ''] of section.matchAll(/^```(sh|text)\n(.*?)^```$/gms)) {
    if (language === 'sh') steps.push({ command: body, expected: [] });
    else steps.at(-1)?.expected.push(...body.trimEnd().split('\n'));
  }
  return steps;
}

async function run(script: string): Promise<string> {
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
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
 * @returns how many commands were walked
 * @throws Error that names the line of the README that did not come
 */
export async function walkTour(host: string): Promise<number> {
  const steps = await readTour();
  let definitions = '';
  for (const { command, expected } of steps) {
    const output = await run(`${definitions}${command}`.replaceAll(address, host));
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

// Walks the documents as their reader would: runs each `sh` block against a running server, and compares what it
// prints with the `text` block after it. Blocks marked `bash` are for the reader alone; notWalked lists them.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { blocksOf, type Document, readUserDocuments, repository } from './documents.ts';

/** Where the documents say that the server listens; the server of the walk takes its place. */
const address = '127.0.0.1:4000';
/** Where the documents write datasets; a temporary folder of the walk takes its place. */
const dataFolder = /(?<![\w./-])data\//g;

export type Step = { command: string; expected: string[] };

/** The steps of a document. @throws Error if a `text` block does not follow its command */
export function stepsOf(document: Document): Step[] {
  const steps: Step[] = [];
  let previous = '';
  for (const { language, body } of blocksOf(document)) {
    if (language === 'sh') steps.push({ command: body, expected: [] });
    if (language === 'text') {
      if (previous !== 'sh') {
        throw new Error(`${document.path} has a \`text\` block that follows no \`sh\` block:\n${body}`);
      }
      steps.at(-1)?.expected.push(...body.trimEnd().split('\n'));
    }
    previous = language;
  }
  return steps;
}

async function run(script: string, environment: Record<string, string>): Promise<string> {
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: repository,
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

/** The position after a line of a document, in which … stands for anything, in the output; -1 if it is not there. */
function findLine(output: string, line: string, from: number): number {
  const pattern = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const match = new RegExp(pattern.join('.*?')).exec(output.slice(from));
  return match === null ? -1 : from + match.index + match[0].length;
}

type Stand = { host: string; folder: string; environment: Record<string, string> };

async function walkDocument(document: Document, { host, folder, environment }: Stand): Promise<number> {
  const steps = stepsOf(document);
  // A later block of a document may call what an earlier one defines.
  let definitions = '';
  for (const { command, expected } of steps) {
    const script = `${definitions}${command}`.replaceAll(address, host).replaceAll(dataFolder, `${folder}/`);
    const output = await run(script, environment);
    definitions += [...command.matchAll(/^\w+\(\) \{.*\}\n/gm)].join('');
    let position = 0;
    for (const line of expected) {
      position = findLine(output, line, position);
      if (position !== -1) continue;
      throw new Error(
        `${document.path} promises\n${line}\nbut this came\n${output}\nof the command\n${command}`,
      );
    }
  }
  return steps.length;
}

/**
 * @param host where the server listens, host:port
 * @param environment what the commands see beside the variables of this process
 * @param only paths of the documents to walk; all if omitted
 * @returns how many commands were run of each document
 * @throws Error that names the document and the line that did not come
 */
export async function walkTour(
  host: string,
  environment: Record<string, string> = {},
  only?: readonly string[],
): Promise<Map<string, number>> {
  const walked = new Map<string, number>();
  const documents = readUserDocuments().filter((document) => stepsOf(document).length > 0);
  const unknown = only?.find((path) => !documents.some((document) => document.path === path));
  if (unknown !== undefined) throw new Error(`There is no document ${unknown} with commands.`);
  for (const document of documents) {
    if (only !== undefined && !only.includes(document.path)) continue;
    const folder = await mkdtemp(join(tmpdir(), 'afterword-tour-'));
    try {
      walked.set(document.path, await walkDocument(document, { host, folder, environment }));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return walked;
}

if (import.meta.filename === process.argv[1]) {
  const [host = address, ...only] = process.argv.slice(2);
  const walked = await walkTour(host, {}, only.length === 0 ? undefined : only);
  for (const [path, count] of walked) process.stdout.write(`Ran ${count} commands of ${path}.\n`);
}

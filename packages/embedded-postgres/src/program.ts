// Runs the programs of PostgreSQL: in a minimal environment, and as another user if this process is root.
import { spawn } from 'node:child_process';

/** A user of the operating system, as numbers. */
export type Account = { uid: number; gid: number };

/** Environment of every program that this package starts: PGPORT and the like must not reach them. */
export const minimalEnvironment = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

type Options = {
  /** The working directory. */
  folder: string;
  /** If undefined, the program runs as this process' own user. */
  account: Account | undefined;
  input?: string;
};

/** Runs a program to its end. `output` is what it printed on stdout and stderr. */
export async function runProgram(
  command: string[],
  { folder, account, input = '' }: Options,
): Promise<{ isOk: boolean; output: string }> {
  const [program = '', ...options] = command;
  const child = spawn(program, options, { cwd: folder, env: minimalEnvironment, ...account });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  // Without a listener, a program that exits before it has read all of its input would crash this process.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { isOk: status === 0, output: Buffer.concat(chunks).toString().trim() };
}

// Starts a server whose memory can be measured, in a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const file = fileURLToPath(new URL('measured-server.ts', import.meta.url));
const startedSchema = z.object({ url: z.string() });
const measuredSchema = z.object({ bytes: z.number(), rss: z.number(), cursors: z.number() });

/** `bytes`: what V8 holds, and what hangs on it. `rss`: all memory of the process, as the system sees it. */
export type Measured = z.output<typeof measuredSchema>;

export type MeasuredServer = {
  url: string;
  measure(): Promise<Measured>;
  stop(): Promise<void>;
};

async function answer(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
  return message;
}

/** Whoever starts it stops it. */
export async function startMeasuredServer(environment: Record<string, string>): Promise<MeasuredServer> {
  // What the C library keeps for itself would hide what the server holds.
  const frugal = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' };
  const env = { PATH: process.env.PATH ?? '', LOG_LEVEL: 'warn', PORT: '0', ...frugal, ...environment };
  const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
  const child = fork(file, { env, execArgv });
  const exited = once(child, 'exit');
  const { url } = startedSchema.parse(await answer(child));
  return {
    url,
    async measure() {
      child.send('measure');
      return measuredSchema.parse(await answer(child));
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

// Starts a peer or a limit: forks a server file, which sends the port that it listens on over IPC.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { RunningServer } from './afterword.ts';

const startTimeoutMs = 60_000;

/** @throws Error if the packages of the peers are missing */
export function checkPeers(): void {
  if (existsSync(new URL('../peers/node_modules', import.meta.url))) return;
  throw new Error('The peers are not installed. Run npm ci --prefix bench/peers');
}

/** @param stack stops the server at the end */
export async function startServer(
  stack: AsyncDisposableStack,
  file: URL,
  environment: NodeJS.ProcessEnv,
): Promise<RunningServer> {
  const child = fork(file, {
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production', ...environment },
  });
  const exited = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const signal = AbortSignal.timeout(startTimeoutMs);
  const failed = exited.then(() => Promise.reject(new Error(`${file.pathname} ended before it served.`)));
  const [port]: unknown[] = await Promise.race([once(child, 'message', { signal }), failed]);
  return { url: `http://127.0.0.1:${port}/graphql`, pid: child.pid ?? 0 };
}

// Peers: a server file is forked, and says over IPC on which port it listens.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { RunningServer } from './afterword.ts';

const startTimeoutMs = 60_000;

/** @param stack takes what is to be released at the end */
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
  const failed = exited.then(() => Promise.reject(new Error(`${file.pathname} ended instead of serving.`)));
  const [port]: unknown[] = await Promise.race([once(child, 'message', { signal }), failed]);
  return { url: `http://127.0.0.1:${port}/graphql`, pid: child.pid ?? 0 };
}

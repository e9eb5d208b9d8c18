// Afterword as its users start it, in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type RunningServer = { url: string; pid: number };

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const startTimeoutMs = 60_000;

export type AfterwordOptions = {
  databaseUrl: string;
  modelUrl: string;
  /** Folder for a CPU profile of the server, written when it stops. */
  profile: string | undefined;
  /** For a server that is one of several nodes. */
  natsUrl?: string;
};

/** @param stack stops the server at the end */
export async function startAfterword(
  stack: AsyncDisposableStack,
  { databaseUrl, modelUrl, profile, natsUrl }: AfterwordOptions,
): Promise<RunningServer> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = spawn(process.execPath, [...profiling, '--disable-warning=ExperimentalWarning', main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...{ NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' },
      ...{ DATABASE_URL: databaseUrl, MODEL_BASE_URL: modelUrl, MODELS: 'bench' },
      // All the load comes from the one local user.
      ...{ MAX_GENERATIONS_PER_USER: '2000', MAX_CONNECTIONS_PER_USER: '10000' },
      ...(natsUrl === undefined ? {} : { NATS_URL: natsUrl }),
    },
  });
  const exited = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(reject, startTimeoutMs, new Error('Afterword did not start in time.'));
  createInterface(child.stdout).on('line', (line) => {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url !== undefined) resolve(url);
  });
  child.once('exit', (code) => reject(new Error(`Afterword ended (exit code ${code}) before it served.`)));
  try {
    return { url: `${await promise}/graphql`, pid: child.pid ?? 0 };
  } finally {
    clearTimeout(timer);
  }
}

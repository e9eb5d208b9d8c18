// Processes of the benchmark's own: a worker serves named calls over Node's IPC, so that what loads a server and
// what is measured never share an event loop.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a worker serves: each call takes one value and answers with one. */
export type Calls = Record<string, (input: never) => unknown>;

export type Worker<Served extends Calls> = {
  pid: number;
  call<Name extends keyof Served & string>(
    name: Name,
    input: Parameters<Served[Name]>[0],
  ): Promise<Awaited<ReturnType<Served[Name]>>>;
  stop(): Promise<void>;
};

type Request = { id: number; name: string; input: unknown };
type Answer = { id: number; result?: unknown; error?: string };

/** Answers the parent's calls until it goes away. To be called once, by the worker's own file. */
export function serveCalls(calls: Calls): void {
  const answer = async ({ id, name, input }: Request): Promise<Answer> => {
    try {
      return { id, result: await calls[name]?.(input as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (request: Request) => {
    void answer(request).then((reply) => process.send?.(reply));
  });
  process.once('disconnect', () => process.exit(0));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await exited;
  clearTimeout(timer);
}

/** Starts the file as a worker; whoever starts it stops it. */
export function startWorker<Served extends Calls>(
  file: URL,
  environment: NodeJS.ProcessEnv = {},
): Worker<Served> {
  const child = fork(file, {
    serialization: 'advanced',
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', (message) => {
    const { id, result, error } = message as Answer;
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result as never);
    else call?.reject(new Error(error));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) {
      reject(new Error(`${file.pathname} ended in the middle of a call (${code ?? signal}).`));
    }
  });
  if (child.pid === undefined) throw new Error(`${file.pathname} could not be started.`);
  return {
    pid: child.pid,
    call: (name, input) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        child.send({ id: lastId, name, input });
      }),
    stop: () => end(child),
  };
}

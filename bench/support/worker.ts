// Worker processes: a worker serves named calls over Node's IPC, so that load and measured server never share an event
// loop.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Calls that a worker serves: each takes one value and returns one. */
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
type Response = { id: number; result?: unknown; error?: string };

/** Serves calls until the parent disconnects. To be called once, by the worker's file. */
export function serveCalls(calls: Calls): void {
  const respond = async ({ id, name, input }: Request): Promise<Response> => {
    try {
      return { id, result: await calls[name]?.(input as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (request: Request) => {
    void respond(request).then((response) => process.send?.(response));
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

/** Starts the file as a worker. The caller stops it. */
export function startWorker<Served extends Calls>(
  file: URL,
  environment: NodeJS.ProcessEnv = {},
): Worker<Served> {
  const child = fork(file, {
    serialization: 'advanced',
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  });
  const pending = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', (message) => {
    const { id, result, error } = message as Response;
    const call = pending.get(id);
    pending.delete(id);
    if (error === undefined) call?.resolve(result as never);
    else call?.reject(new Error(error));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of pending.values()) {
      reject(new Error(`${file.pathname} ended during a call (exit code or signal: ${code ?? signal}).`));
    }
  });
  if (child.pid === undefined) throw new Error(`${file.pathname} could not be started.`);
  return {
    pid: child.pid,
    call: (name, input) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        pending.set(lastId, { resolve, reject });
        child.send({ id: lastId, name, input });
      }),
    stop: () => end(child),
  };
}

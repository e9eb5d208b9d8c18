// A NATS server of the test's own, on a free port of 127.0.0.1, that can be killed and comes back on the same port.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { waitUntil } from './wait.ts';

/** Debian puts servers where only root's PATH looks. */
const env = { PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin` };
const program = 'nats-server';

/** Whether this machine has the server. */
export function hasNatsServer(): boolean {
  return spawnSync(program, ['--version'], { env }).status === 0;
}

export type NatsServer = {
  url: string;
  /** Ends it at once, as kill -9 does. Does nothing where it doesn't run. */
  kill(): Promise<void>;
  /** Silences it, as SIGSTOP does, until it is killed. */
  pause(): void;
  /** Starts it where it was. Resolves when it takes connections. */
  start(): Promise<void>;
};

export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).then((isOpen) => {
    socket.destroy();
    return isOpen === true;
  });
}

/** @param options more arguments, such as ['--auth', 'token'] */
export async function createNats(options: string[] = []): Promise<NatsServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const args = ['-a', '127.0.0.1', '-p', String(port), ...options];
  // A test run that is ended from outside leaves no server behind.
  const killAtExit = () => child?.kill('SIGKILL');

  return {
    url: `nats://127.0.0.1:${port}`,
    async kill() {
      const running = child;
      child = undefined;
      process.off('exit', killAtExit);
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      running.kill('SIGKILL');
      await once(running, 'exit');
    },
    pause: () => void child?.kill('SIGSTOP'),
    async start() {
      if (child !== undefined) return;
      child = spawn(program, args, { env, stdio: 'ignore' });
      process.once('exit', killAtExit);
      await waitUntil('NATS takes connections', () => isListening(port));
    },
  };
}

/** One that runs; whoever starts it kills it. */
export async function startNats(options: string[] = []): Promise<NatsServer> {
  const nats = await createNats(options);
  await nats.start();
  return nats;
}

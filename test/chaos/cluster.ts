// What faults happen to: two node processes, a NATS and a Postgres, before a scripted model in this process.
import { setTimeout as delay } from 'node:timers/promises';
import { createNats, freePort, type NatsServer } from '../support/nats.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { leaseMs } from './plan.ts';
import { type ChaosPostgres, startPostgres } from './postgres.ts';
import { answer } from './replies.ts';

export type Node = {
  url: string;
  /** Starts it, again and again while it can not. */
  start(): Promise<void>;
  kill(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends it well. @returns its exit code */
  stop(): Promise<number | null>;
  /** All that it ever printed. */
  output(): string;
};

export type Cluster = {
  nodes: readonly [Node, Node];
  nats: NatsServer;
  postgres: ChaosPostgres;
  model: ScriptedModel;
  /** Ends whatever still runs, and leaves nothing behind. */
  stop(): Promise<void>;
};

const startPatienceMs = 60_000;

async function createNode(environment: Record<string, string>): Promise<Node> {
  const port = await freePort();
  let running: ServerProcess | undefined;
  let printed = '';

  async function kill(): Promise<void> {
    running?.child.kill('SIGKILL');
    await running?.ended;
  }

  process.once('exit', () => running?.child.kill('SIGKILL'));
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      const end = Date.now() + startPatienceMs;
      for (;;) {
        printed += running?.output() ?? '';
        const started = startServerProcess({ ...environment, PORT: String(port) });
        running = started;
        const isReady = await Promise.race([
          started.url.then(() => true),
          started.ended.then(() => false),
        ]).catch(() => false);
        if (isReady) return;
        if (Date.now() > end) throw new Error(`A node did not start: ${started.output()}`);
        await kill();
        await delay(300);
      }
    },
    kill,
    signal: (name) => void running?.child.kill(name),
    async stop() {
      running?.child.kill('SIGTERM');
      return (await running?.ended)?.code ?? null;
    },
    output: () => printed + (running?.output() ?? ''),
  };
}

export async function startCluster(databaseUrl: string | undefined): Promise<Cluster> {
  const releases: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    const postgres = await startPostgres(databaseUrl);
    releases.push(postgres.stop);
    const model = await startScriptedModel();
    releases.push(model.stop);
    model.setDefault(answer);
    const nats = await createNats();
    releases.push(nats.kill);
    await nats.start();
    const environment = {
      DATABASE_URL: postgres.url,
      NATS_URL: nats.url,
      MODEL_BASE_URL: model.url,
      MODELS: 'model-a',
      GENERATION_LEASE_MS: String(leaseMs),
      SHUTDOWN_GRACE_MS: '0',
      MAX_CONNECTIONS_PER_USER: '100000',
      MAX_GENERATIONS_PER_USER: '100000',
    };
    const nodes = [await createNode(environment), await createNode(environment)] as const;
    for (const node of nodes) {
      releases.push(node.kill);
      // One after the other: the first migrates.
      await node.start();
    }
    return { nodes, nats, postgres, model, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

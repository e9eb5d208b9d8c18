// Who is compared in `stream`: their servers, and how their readers reach them.
import { hasNatsServer, startNats } from '../../test/support/nats.ts';
import { startAfterword } from './afterword.ts';
import type { StreamTarget } from './readers.ts';
import { startServer } from './server.ts';

export type Contender = 'WebSocket' | 'event stream' | 'two nodes' | 'proxy' | 'bare Yoga';
export type Contenders = Map<
  Contender,
  {
    target: Pick<StreamTarget, 'kind' | 'url' | 'beginUrl'>;
    /** The processes whose CPU counts. */
    pids: number[];
    usesPostgres: boolean;
  }
>;

type Servers = { databaseUrl: string; modelUrl: string; profile: string | undefined };

/** Replies are produced by one node, and followed on the other. */
async function startTwoNodes(stack: AsyncDisposableStack, servers: Servers, into: Contenders): Promise<void> {
  if (!hasNatsServer()) {
    process.stderr.write('Two nodes are left out: there is no nats-server here.\n');
    return;
  }
  const nats = await startNats();
  stack.defer(() => nats.kill());
  const first = await startAfterword(stack, { ...servers, natsUrl: nats.url });
  const second = await startAfterword(stack, { ...servers, natsUrl: nats.url });
  into.set('two nodes', {
    target: { kind: 'WebSocket', url: second.url, beginUrl: first.url },
    pids: [first.pid, second.pid],
    usesPostgres: true,
  });
}

/** @param stack takes what is to be released at the end */
export async function startContenders(stack: AsyncDisposableStack, servers: Servers): Promise<Contenders> {
  const contenders: Contenders = new Map();
  const { url, pid } = await startAfterword(stack, servers);
  for (const kind of ['WebSocket', 'event stream'] as const) {
    contenders.set(kind, { target: { kind, url, beginUrl: url }, pids: [pid], usesPostgres: true });
  }
  await startTwoNodes(stack, servers, contenders);
  const start = (file: string) =>
    startServer(stack, new URL(file, import.meta.url), { MODEL_URL: servers.modelUrl });
  const proxy = await start('./byte-proxy.ts');
  contenders.set('proxy', {
    target: { kind: 'bytes', url: proxy.url, beginUrl: undefined },
    pids: [proxy.pid],
    usesPostgres: false,
  });
  const bare = await start('./bare-yoga.ts');
  contenders.set('bare Yoga', {
    target: { kind: 'event stream', url: bare.url, beginUrl: undefined },
    pids: [bare.pid],
    usesPostgres: false,
  });
  return contenders;
}

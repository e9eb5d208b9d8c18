// A TCP proxy in front of the Postgres of the tests that can be cut, go silent, and come back.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type CutProxy = {
  /** The database's URL, through the proxy. */
  url: string;
  /** Breaks every connection, and refuses new ones. */
  cut(): void;
  /** How many connections it refused since. */
  refusals(): number;
  /** Passes nothing on any more, and says nothing of it. */
  silence(): void;
  /** Passes nothing on any more over the connections that there are; new ones work. */
  silenceOpen(): void;
  /** Connections made from now on work again. */
  restore(): void;
  /** Breaks the connections as soon as Postgres answers a request that holds the text; its answer is lost. */
  cutAfter(text: string): Promise<void>;
  stop(): Promise<void>;
};

function upstreamOf(url: URL): () => Socket {
  const folder = url.searchParams.get('host');
  const port = Number(url.port || 5432);
  return () => (folder === null ? connect(port, url.hostname) : connect(`${folder}/.s.PGSQL.${port}`));
}

export async function startCutProxy(databaseUrl: string): Promise<CutProxy> {
  const url = new URL(databaseUrl);
  const connectUpstream = upstreamOf(url);
  const sockets = new Set<Socket>();
  const silenced = new WeakSet<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  let trap: { text: string; sprung: () => void } | undefined;

  let refusals = 0;
  const cut = () => {
    state = 'cut';
    refusals = 0;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (state === 'cut') {
      refusals += 1;
      client.destroy();
      return;
    }
    const upstream = connectUpstream();
    let isTrapped = false;
    const isOpen = () => state === 'open' && !silenced.has(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      isTrapped ||= trap !== undefined && bytes.includes(trap.text);
      if (isOpen()) upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (isTrapped) {
        cut();
        trap?.sprung();
        trap = undefined;
      } else if (isOpen()) client.write(bytes);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url.searchParams.delete('host');
  url.host = `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  return {
    url: url.href,
    cut,
    refusals: () => refusals,
    silence() {
      state = 'silent';
    },
    silenceOpen() {
      for (const socket of sockets) silenced.add(socket);
    },
    restore() {
      // What went silent stays so: its bytes are lost.
      for (const socket of sockets) socket.destroy();
      state = 'open';
    },
    cutAfter(text) {
      return new Promise((resolve) => {
        trap = { text, sprung: resolve };
      });
    },
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

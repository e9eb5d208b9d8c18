// Worker: reads a log from its first event on, each way that there is, and checks that every offset comes once and
// in order.
import { once } from 'node:events';
import { request as ask, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { WebSocket } from 'ws';
import { startCommand } from './command.ts';
import { instant } from './tokens.ts';
import { serveCalls } from './worker.ts';

export type LogTarget = { url: string; databaseUrl: string; topic: string; count: number };

const fields = 'id topic offset cursor type conversationId version actor recordedAt payload';
const subscription = `subscription ($topic: String!) { events(topic: $topic, offset: 0) { ${fields} } }`;
const pageQuery = `query ($topic: String!, $offset: Offset!, $first: Int!) {
  events(topic: $topic, offset: $offset, first: $first) {
    edges { node { ${fields} } } pageInfo { hasNextPage endCursor }
  }
}`;
const pageSize = 1_000;

type Read = { offset: number | string };

/** @throws Error where an event is missing, comes twice, or out of order */
function createCheck(): { take(event: Read): void; readonly count: number } {
  let count = 0;
  return {
    take({ offset }) {
      if (Number(offset) !== count) throw new Error(`Offset ${offset} came in the place of ${count}.`);
      count += 1;
    },
    get count() {
      return count;
    },
  };
}

async function post(url: string, body: unknown, accept: string): Promise<IncomingMessage> {
  const headers = { 'content-type': 'application/json', accept };
  const request = ask(url, { method: 'POST', headers });
  request.end(JSON.stringify(body));
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response?.statusCode === 200) return response;
  throw new Error(`${url} answered ${response?.statusCode}.`);
}

async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  return (await response.toArray()).join('');
}

const readers = {
  /** The next page is asked for before the last is looked into. */
  async query({ url, topic, count }: LogTarget): Promise<void> {
    const check = createCheck();
    const fetchPage = async (offset: number): Promise<string> => {
      const variables = { topic, offset, first: pageSize };
      return readText(await post(url, { query: pageQuery, variables }, 'application/json'));
    };
    let next = fetchPage(0);
    for (let from = 0; from < count; from += pageSize) {
      const page = await next;
      if (from + pageSize < count) next = fetchPage(from + pageSize);
      const { data } = JSON.parse(page);
      if (data === undefined) throw new Error(page.slice(0, 500));
      for (const { node } of data.events.edges) check.take(node);
    }
  },

  async socket({ url, topic, count }: LogTarget): Promise<void> {
    const options = { perMessageDeflate: false };
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = createCheck();
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The socket closed before the end.')));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      if (frame.type === 'connection_ack') {
        const payload = { query: subscription, variables: { topic } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
      }
      if (frame.type !== 'next') return;
      try {
        check.take(frame.payload.data.events);
        if (check.count === count) resolve();
      } catch (error) {
        reject(error);
      }
    });
    await promise.finally(() => socket.terminate());
  },

  async 'event stream'({ url, topic, count }: LogTarget): Promise<void> {
    const check = createCheck();
    const response = await post(url, { query: subscription, variables: { topic } }, 'text/event-stream');
    for await (const line of createInterface({ input: response })) {
      if (!line.startsWith('data: ')) continue;
      check.take(JSON.parse(line.slice(6)).data.events);
      if (check.count === count) break;
    }
    response.destroy();
  },

  /** From the instant that the command is started. */
  async 'command line'({ databaseUrl, topic, count }: LogTarget): Promise<void> {
    const child = startCommand(databaseUrl, ['events', '--topic', topic, '--limit', String(count)]);
    const check = createCheck();
    const exited = once(child, 'exit');
    const { stdout } = child;
    if (stdout === null) throw new Error('A command without stdout.');
    let rest = '';
    // Where an offset stands in a line is known: to parse every line would take longer than to print it.
    for await (const text of stdout.setEncoding('utf8')) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) check.take({ offset: /"offset":(\d+)/.exec(line)?.[1] ?? 'none' });
    }
    const [code] = await exited;
    if (code !== 0 || check.count !== count) throw new Error(`It printed ${check.count} events (${code}).`);
  },

  async 'raw pg'({ databaseUrl, topic, count }: LogTarget): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const check = createCheck();
    const text = 'SELECT * FROM event WHERE topic = $1 AND "offset" >= $2 ORDER BY "offset" LIMIT $3';
    while (check.count < count) {
      const { rows } = await client.query({ name: 'page', text, values: [topic, check.count, pageSize] });
      for (const row of rows) check.take(row);
    }
    await client.end();
  },
};
export type LogReader = keyof typeof readers;

const calls = {
  /** Resolves, when all have come, with how long it took. */
  async read({ by, target }: { by: LogReader; target: LogTarget }): Promise<number> {
    const startedAt = instant();
    await readers[by](target);
    return instant() - startedAt;
  },
};
export type LogReaderCalls = typeof calls;

serveCalls(calls);

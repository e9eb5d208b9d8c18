// Worker: reads a log from its first event on, in each way that there is, and checks that every offset arrives once and
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

type ReadEvent = { offset: number | string };

type OrderCheck = {
  /** @throws Error if the event is not the next one */
  take(event: ReadEvent): void;
  readonly count: number;
};

function createOrderCheck(): OrderCheck {
  let count = 0;
  return {
    take({ offset }) {
      if (Number(offset) !== count) throw new Error(`Offset ${offset} arrived instead of ${count}.`);
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
  /** Requests the next page before it parses the last. */
  async query({ url, topic, count }: LogTarget): Promise<void> {
    const check = createOrderCheck();
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
    const check = createOrderCheck();
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
    const check = createOrderCheck();
    const response = await post(url, { query: subscription, variables: { topic } }, 'text/event-stream');
    for await (const line of createInterface({ input: response })) {
      if (!line.startsWith('data: ')) continue;
      check.take(JSON.parse(line.slice(6)).data.events);
      if (check.count === count) break;
    }
    response.destroy();
  },

  /** Includes the start of the command. */
  async 'command line'({ databaseUrl, topic, count }: LogTarget): Promise<void> {
    const child = startCommand(databaseUrl, ['events', '--topic', topic, '--limit', String(count)]);
    const check = createOrderCheck();
    const exited = once(child, 'exit');
    const { stdout } = child;
    if (stdout === null) throw new Error('The command has no stdout.');
    let incomplete = '';
    // A search instead of a parse, which would take longer than printing the line did.
    for await (const text of stdout.setEncoding('utf8')) {
      const lines = (incomplete + text).split('\n');
      incomplete = lines.pop() ?? '';
      for (const line of lines) check.take({ offset: /"offset":(\d+)/.exec(line)?.[1] ?? 'none' });
    }
    const [code] = await exited;
    if (code !== 0 || check.count !== count)
      throw new Error(`The command printed ${check.count} of ${count} events (exit code ${code}).`);
  },

  async 'raw pg'({ databaseUrl, topic, count }: LogTarget): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const check = createOrderCheck();
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
  /** Resolves with the duration in milliseconds when all events have arrived. */
  async read({ by, target }: { by: LogReader; target: LogTarget }): Promise<number> {
    const startedAt = instant();
    await readers[by](target);
    return instant() - startedAt;
  },
};
export type LogReaderCalls = typeof calls;

serveCalls(calls);

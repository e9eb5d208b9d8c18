// Worker: HTTP load over keep-alive connections, on bare sockets: the client of node:http would use as much CPU as some
// of the servers.
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { type Connection, type LoadTarget, serveLoad } from './load.ts';
import { randomAuthor } from './random-author.ts';

const headEnd = '\r\n\r\n';

/** Body of a complete response; undefined while it is incomplete. */
function bodyOf(received: Buffer): string | undefined {
  const headLength = received.indexOf(headEnd);
  if (headLength === -1) return undefined;
  const head = received.toString('latin1', 0, headLength);
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`The server answered ${received.toString()}`);
  const start = headLength + headEnd.length;
  const declared = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (declared !== undefined) {
    const end = start + Number(declared);
    return received.length < end ? undefined : received.toString('utf8', start, end);
  }
  // Chunked: JSON on one line holds no line breaks, so this can only be the last chunk.
  return received.subarray(-5).toString('latin1') === '0\r\n\r\n'
    ? received.toString('utf8', start)
    : undefined;
}

// A search instead of a parse, which would cost as much as the request. That all contenders answer the same is checked
// once, before the load.
function check(body: string): void {
  if (/"data" ?: ?\{/.test(body) && !body.includes('"errors"') && !/"conversation" ?: ?null/.test(body))
    return;
  throw new Error(`The server answered ${body.slice(0, 1_000)}`);
}

async function connect({ url, templates }: LoadTarget): Promise<Connection> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connectSocket(Number(port), hostname).setNoDelay(true);
  await once(socket, 'connect');
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nAccept: application/json\r\n`;
  let received = Buffer.alloc(0);
  let response = Promise.withResolvers<void>();
  socket.on('data', (bytes) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    try {
      const body = bodyOf(received);
      if (body === undefined) return;
      received = Buffer.alloc(0);
      check(body);
      response.resolve();
    } catch (error) {
      response.reject(error);
    }
  });
  socket.on('error', (error) => response.reject(error));
  socket.on('close', () => response.reject(new Error('The server closed a connection.')));
  return {
    send(id, sequence) {
      response = Promise.withResolvers();
      const template = templates[sequence % templates.length] ?? '';
      const body = template
        .replaceAll('%ID%', id)
        .replaceAll('%NUMBER%', () => String(Number(id)))
        .replaceAll('%AUTHOR%', randomAuthor);
      socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}${headEnd}${body}`);
      return response.promise;
    },
    close: () => void socket.destroy(),
  };
}

serveLoad(connect);

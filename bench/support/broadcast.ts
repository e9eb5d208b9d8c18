// The limit of `fanout`: calls the model once and sends each piece of text, serialized once, to every WebSocket.
import { Agent, request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const target = `${process.env.MODEL_URL}/chat/completions`;
const agent = new Agent({ keepAlive: true });

const server = createServer((request, response) => {
  request.resume();
  const messages = [{ role: 'user', content: 'generation 0' }];
  const upstream = ask(target, { method: 'POST', agent }, (answer) => {
    response.end();
    answer.setEncoding('utf8');
    answer.on('data', (frames: string) => {
      const text = [...frames.matchAll(/"content":"([^"]*)"/g)].map(([, content]) => content).join('');
      if (text === '') return;
      const frame = JSON.stringify({ id: '1', type: 'next', payload: { data: { generation: { text } } } });
      for (const socket of sockets.clients) socket.send(frame);
    });
    answer.on('end', () => {
      for (const socket of sockets.clients) socket.close(1000);
    });
  });
  upstream.end(JSON.stringify({ model: 'bench', messages, stream: true }));
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(port);
});
process.once('disconnect', () => process.exit(0));

// The limit of `stream`: pipes the model's bytes through without parsing them.
import { Agent, request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const target = `${process.env.MODEL_URL}/chat/completions`;
const agent = new Agent({ keepAlive: true });

const server = createServer((request, response) => {
  const headers = { 'content-type': 'application/json' };
  const upstream = ask(target, { method: 'POST', agent, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.once('error', () => response.destroy());
  request.pipe(upstream);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(port);
});
process.once('disconnect', () => process.exit(0));

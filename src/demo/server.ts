// The demo model's server: the OpenAI chat-completions protocol on a free port of 127.0.0.1, so that the demo takes the
// same path through the application as a real endpoint.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { answer, demoModels } from './answer.ts';

export { demoModels } from './answer.ts';

const maxBodyBytes = 64 * 1024 * 1024;

const content = z.union([
  z.string(),
  z.null().transform(() => ''),
  z
    .array(z.object({ text: z.string().optional() }))
    .transform((parts) => parts.map((part) => part.text ?? '').join('')),
]);
const chatRequest = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content })),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  seed: z.int().nullish(),
});
type ChatRequest = z.output<typeof chatRequest>;

type Completion = {
  tokens: string[];
  finishReason: 'stop' | 'length';
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
};

/** Pieces about as long as a model's tokens; joined, they are the text. */
function tokensOf(text: string): string[] {
  return text.match(/\s*(?:[\p{L}\p{N}]{1,6}|[^\p{L}\p{N}\s])|\s+/gu) ?? [];
}

function complete(request: ChatRequest): Completion {
  const text = answer(request.messages, request.model, request.seed ?? 0);
  const stops = [request.stop ?? []].flat().filter((stop) => stop !== '');
  const ends = stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  const all = tokensOf(text.slice(0, Math.min(text.length, ...ends)));
  const tokens = all.slice(0, request.max_completion_tokens ?? request.max_tokens ?? all.length);
  const prompt = request.messages.reduce((sum, message) => sum + tokensOf(message.content).length, 0);
  return {
    tokens,
    finishReason: tokens.length < all.length ? 'length' : 'stop',
    usage: {
      prompt_tokens: prompt,
      completion_tokens: tokens.length,
      total_tokens: prompt + tokens.length,
    },
  };
}

/** The fields of every object in an answer. The same request gets the same id, as it gets the same text. */
const envelope = (model: string, object: string) => ({ id: 'chatcmpl-demo', object, created: 0, model });

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code: null } });
}

async function stream(
  request: ChatRequest,
  response: ServerResponse,
  tokensPerSecond: number,
): Promise<void> {
  const { tokens, finishReason, usage } = complete(request);
  const disconnected = new AbortController();
  const { signal } = disconnected;
  response.once('close', () => disconnected.abort());
  const chunk = (choices: unknown[], fields: object = {}): string =>
    `data: ${JSON.stringify({ ...envelope(request.model, 'chat.completion.chunk'), choices, ...fields })}\n\n`;
  const choice = (delta: object, reason: string | null = null) => [
    { index: 0, delta, finish_reason: reason },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(chunk(choice({ role: 'assistant', content: '' })));
  const startedAt = performance.now();
  for (const [index, content] of tokens.entries()) {
    // Each token has its own time from the start: delays from token to token would add up.
    const waitMs = startedAt + (index * 1000) / tokensPerSecond - performance.now();
    if (waitMs > 0) await setTimeout(waitMs, undefined, { signal });
    if (!response.write(chunk(choice({ content })))) await once(response, 'drain', { signal });
  }
  response.write(chunk(choice({}, finishReason)));
  if (request.stream_options?.include_usage) response.write(chunk([], { usage }));
  response.end('data: [DONE]\n\n');
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > maxBodyBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function parseRequest(body: string) {
  try {
    return chatRequest.safeParse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

async function respondToChat(
  request: IncomingMessage,
  response: ServerResponse,
  tokensPerSecond: number,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return refuse(response, 413, 'The request is larger than 64 MiB.');
  const parsed = parseRequest(body);
  if (parsed === undefined) return refuse(response, 400, 'The body is not JSON.');
  if (!parsed.success) return refuse(response, 400, z.prettifyError(parsed.error));
  if (parsed.data.stream) return stream(parsed.data, response, tokensPerSecond);
  const { tokens, finishReason, usage } = complete(parsed.data);
  const message = { role: 'assistant', content: tokens.join('') };
  sendJson(response, 200, {
    ...envelope(parsed.data.model, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReason }],
    usage,
  });
}

/** Starts the demo model; `url` is its base URL, with /v1. The caller stops it. */
export async function startDemoModel({ tokensPerSecond = 50 } = {}): Promise<{
  url: string;
  stop(): Promise<void>;
}> {
  const answers = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url?.split('?')[0]}`;
    if (route === 'GET /v1/models') {
      const data = demoModels.map((id) => ({ id, object: 'model', created: 0, owned_by: 'afterword' }));
      sendJson(response, 200, { object: 'list', data });
    } else if (route === 'POST /v1/chat/completions') {
      // It fails only if its client has disconnected, and then there is nobody to report it to.
      const running = respondToChat(request, response, tokensPerSecond)
        .catch(() => void response.destroy())
        .finally(() => answers.delete(running));
      answers.add(running);
    } else {
      refuse(response, 404, `The demo has no ${route}.`);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The demo model got no port.');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    async stop() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await Promise.all([closed, ...answers]);
    },
  };
}

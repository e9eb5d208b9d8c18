// A peer of `stream`: the obvious first version. A Yoga subscription over Yoga's server-sent events, on an async
// generator that calls the model itself and yields each token; nothing is persisted, shared or resumed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { createSchema, createYoga } from 'graphql-yoga';

const target = `${process.env.MODEL_URL}/chat/completions`;

type Piece =
  | { kind: 'GenerationDelta'; offset: number; end: number; text: string }
  | { kind: 'GenerationEnd' };

async function* generate(prompt: string): AsyncGenerator<{ generation: Piece }> {
  const messages = [{ role: 'user', content: prompt }];
  const { body } = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'bench', messages, stream: true }),
  });
  const events = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  let offset = 0;
  for await (const { data } of events ?? []) {
    if (data === '[DONE]') break;
    const text: string = JSON.parse(data).choices[0].delta.content ?? '';
    const end = offset + text.length;
    if (text !== '') yield { generation: { kind: 'GenerationDelta', offset, end, text } };
    offset = end;
  }
  yield { generation: { kind: 'GenerationEnd' } };
}

const schema = createSchema({
  typeDefs: `
    type Query { version: String }
    type GenerationDelta { offset: Int! end: Int! text: String! }
    type GenerationEnd { message: Message! }
    type Message { status: String! }
    union GenerationEvent = GenerationDelta | GenerationEnd
    type Subscription { generation(messageId: ID!, after: Int): GenerationEvent! }
  `,
  resolvers: {
    Subscription: { generation: { subscribe: (_root, { messageId }) => generate(messageId) } },
    GenerationEvent: { __resolveType: ({ kind }: Piece) => kind },
    GenerationEnd: { message: () => ({ status: 'COMPLETE' }) },
  },
});

const server = createServer(createYoga({ schema, logging: false }));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(port);
});
process.once('disconnect', () => process.exit(0));

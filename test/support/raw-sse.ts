// One event stream, read as it comes, whose socket can be cut.
import type { IncomingHttpHeaders } from 'node:http';
import { createParser } from 'eventsource-parser';
import { createQueue } from './queue.ts';
import { beginRequest, codeOf } from './raw-http.ts';

export type RawStream = {
  status: number;
  headers: IncomingHttpHeaders;
  /** The data of the next event `next`; undefined at the end. */
  next(): Promise<string | undefined>;
  /** Destroys the socket, as a network does. */
  cut(): void;
};

export async function openStream(
  url: string,
  body: { query: string; variables?: unknown },
  headers: Record<string, string | null> = {},
): Promise<RawStream> {
  const answer = await beginRequest(url, { body, headers: { accept: 'text/event-stream', ...headers } });
  const queue = createQueue<string>();
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event === 'next') queue.push(data);
    },
  });
  answer.setEncoding('utf8');
  answer.on('data', (text: string) => parser.feed(text));
  answer.on('error', () => queue.end());
  answer.on('close', () => queue.end());
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    next: () => queue.take('the next event of the stream'),
    cut: () => void answer.destroy(),
  };
}

/** The code of the first error that the stream brings. */
export async function firstCode(stream: RawStream): Promise<string | undefined> {
  return codeOf((await stream.next()) ?? '');
}

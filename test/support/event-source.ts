// A browser's own EventSource, which connects again and resumes by itself. Node has one behind a flag, so it runs in
// a process of its own.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { createQueue } from './queue.ts';

const entrySchema = z.object({
  is: z.enum(['open', 'next', 'complete', 'reconnecting', 'closed']),
  id: z.string().optional(),
  data: z.unknown().optional(),
});
export type EventSourceEntry = z.output<typeof entrySchema>;

// While it waits to connect again, nothing else keeps the process.
const script = `
setInterval(() => {}, 1_000);
const source = new EventSource(process.argv[1]);
const print = (entry) => console.log(JSON.stringify(entry));
source.addEventListener('open', () => print({ is: 'open' }));
source.addEventListener('next', ({ lastEventId: id, data }) => print({ is: 'next', id, data: JSON.parse(data) }));
source.addEventListener('complete', ({ lastEventId: id }) => print({ is: 'complete', id }));
source.addEventListener('error', () => print({ is: source.readyState === 2 ? 'closed' : 'reconnecting' }));
`;

export type BrowserEvents = {
  /** The next that happens to it. */
  next(): Promise<EventSourceEntry | undefined>;
  close(): void;
};

export function openEventSource(url: string, query: string): BrowserEvents {
  const address = `${url}/graphql?query=${encodeURIComponent(query)}`;
  const child = spawn(
    process.execPath,
    ['--experimental-eventsource', '--no-warnings', '-e', script, address],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const queue = createQueue<EventSourceEntry>();
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => queue.push(entrySchema.parse(JSON.parse(line))));
  lines.on('close', () => queue.end());
  return {
    next: () => queue.take('the EventSource'),
    close: () => void child.kill(),
  };
}

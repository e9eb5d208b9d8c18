// Worker: dashboards that follow one aggregate over WebSockets, and ratings at a steady pace. It looks into the
// updates of the first dashboard only; of the others it counts them.
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { idOf, type LoadTarget } from './load.ts';
import { percentile } from './statistics.ts';
import { serveCalls } from './worker.ts';

export type DashboardTarget = { url: string; dashboards: number; perSecond: number; ids: LoadTarget['ids'] };
export type DashboardMark = { updates: number; ratings: number; elapsedMs: number; p50: number; p99: number };

const beatMs = 10;
const query =
  'subscription { ratingStats(by: [MODEL]) { offset rows { model { id } feedback likes dislikes likeRate likeRateLow likeRateHigh } } }';
const rate = 'mutation ($input: RateMessageInput!) { rateMessage(input: $input) { feedback { rating } } }';

let sockets: WebSocket[] = [];
let timer: NodeJS.Timeout | undefined;
let updates = 0;
let markedAt = 0;
let failure: unknown;
/** When each rating was acknowledged, in that order; each is a new record, so that a count tells which are in it. */
let acknowledged: number[] = [];
let counted = 0;
let latencies: number[] = [];

function look(data: Buffer, base: number): void {
  const records = /"feedback":(\d+)/.exec(data.toString())?.[1];
  const now = performance.now();
  for (; counted < Number(records) - base && counted < acknowledged.length; counted += 1) {
    latencies.push(now - (acknowledged[counted] ?? now));
  }
}

async function open(url: string, isFirst: boolean): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  sockets.push(socket);
  const ready = Promise.withResolvers<void>();
  let base: number | undefined;
  socket.once('error', ready.reject);
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (data: Buffer) => {
    if (data.includes('"connection_ack"')) {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    } else if (data.includes('"next"')) {
      updates += 1;
      ready.resolve();
      if (!isFirst) return;
      base ??= Number(/"feedback":(\d+)/.exec(data.toString())?.[1]);
      look(data, base);
    } else if (data.includes('"error"')) ready.reject(new Error(data.toString()));
    else if (data.includes('"ping"')) socket.send('{"type":"pong"}');
  });
  await ready.promise;
}

async function rateOnce({ url, ids }: DashboardTarget): Promise<void> {
  const messageId = idOf(ids, Math.floor(Math.random() * ids.count));
  const input = { messageId, rating: 'LIKE', username: randomUUID() };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: rate, variables: { input } }),
  });
  const text = await response.text();
  if (text.includes('"errors"')) throw new Error(text);
  acknowledged.push(performance.now());
}

function mark(): DashboardMark {
  if (failure !== undefined) throw failure;
  const now = performance.now();
  const sorted = Float64Array.from(latencies).sort();
  const found = { updates, ratings: sorted.length, elapsedMs: now - markedAt };
  [updates, latencies, markedAt] = [0, [], now];
  return { ...found, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

serveCalls({
  async start(target: DashboardTarget) {
    [acknowledged, counted, latencies, updates] = [[], 0, [], 0];
    await open(target.url, true);
    for (let left = target.dashboards - 1; left > 0; left -= 50) {
      await Promise.all(Array.from({ length: Math.min(50, left) }, () => open(target.url, false)));
    }
    const startedAt = performance.now();
    let sent = 0;
    timer = setInterval(() => {
      const due = ((performance.now() - startedAt) * target.perSecond) / 1_000;
      for (; sent < due; sent += 1) {
        rateOnce(target).catch((error: unknown) => {
          failure ??= error;
        });
      }
    }, beatMs);
    mark();
  },
  mark,
  stop() {
    clearInterval(timer);
    for (const socket of sockets) socket.terminate();
    sockets = [];
  },
});

// Worker: dashboards that follow one aggregate over WebSockets, and ratings at a steady pace. It reads the updates of
// the first dashboard only, and counts those of the others.
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { idOf, type LoadTarget } from './load.ts';
import { percentile } from './percentile.ts';
import { serveCalls } from './worker.ts';

export type DashboardTarget = {
  url: string;
  dashboards: number;
  ratingsPerSecond: number;
  ids: LoadTarget['ids'];
};
export type DashboardMark = { updates: number; ratings: number; elapsedMs: number; p50: number; p99: number };

const sendIntervalMs = 10;
const openedTogether = 50;
const query =
  'subscription { ratingStats(by: [MODEL]) { offset rows { model { id } feedback likes dislikes likeRate likeRateLow likeRateHigh } } }';
const rate = 'mutation ($input: RateMessageInput!) { rateMessage(input: $input) { feedback { rating } } }';

let sockets: WebSocket[] = [];
let timer: NodeJS.Timeout | undefined;
let updates = 0;
let markedAt = 0;
let failure: unknown;
/**
 * When each rating was acknowledged, in that order. Each adds a feedback record, so the count in an update says which
 * ratings it includes.
 */
let acknowledgedAt: number[] = [];
/** How many of them the last update included. */
let counted = 0;
let latencies: number[] = [];

const feedbackCount = (update: Buffer): number => Number(/"feedback":(\d+)/.exec(update.toString())?.[1]);

function recordLatencies(update: Buffer, countBefore: number): void {
  const records = feedbackCount(update) - countBefore;
  const now = performance.now();
  for (; counted < records && counted < acknowledgedAt.length; counted += 1) {
    latencies.push(now - (acknowledgedAt[counted] ?? now));
  }
}

async function open(url: string, isFirst: boolean): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  sockets.push(socket);
  const ready = Promise.withResolvers<void>();
  let countBefore: number | undefined;
  socket.once('error', ready.reject);
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (data: Buffer) => {
    if (data.includes('"connection_ack"')) {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    } else if (data.includes('"next"')) {
      updates += 1;
      ready.resolve();
      if (!isFirst) return;
      countBefore ??= feedbackCount(data);
      recordLatencies(data, countBefore);
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
  acknowledgedAt.push(performance.now());
}

function mark(): DashboardMark {
  if (failure !== undefined) throw failure;
  const now = performance.now();
  const sorted = Float64Array.from(latencies).sort();
  const counts = { updates, ratings: sorted.length, elapsedMs: now - markedAt };
  [updates, latencies, markedAt] = [0, [], now];
  return { ...counts, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

serveCalls({
  async start(target: DashboardTarget) {
    [acknowledgedAt, counted, latencies, updates] = [[], 0, [], 0];
    await open(target.url, true);
    for (let remaining = target.dashboards - 1; remaining > 0; remaining -= openedTogether) {
      await Promise.all(
        Array.from({ length: Math.min(openedTogether, remaining) }, () => open(target.url, false)),
      );
    }
    const startedAt = performance.now();
    let sent = 0;
    timer = setInterval(() => {
      const scheduled = ((performance.now() - startedAt) * target.ratingsPerSecond) / 1_000;
      for (; sent < scheduled; sent += 1) {
        rateOnce(target).catch((error: unknown) => {
          failure ??= error;
        });
      }
    }, sendIntervalMs);
    mark();
  },
  mark,
  stop() {
    clearInterval(timer);
    for (const socket of sockets) socket.terminate();
    sockets = [];
  },
});

// One run: load on two nodes, the faults of the plan, and then everything is held against everything.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createRandom } from '../support/random.ts';
import { waitUntil } from '../support/wait.ts';
import { createAsk } from './ask.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { happen } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import {
  checkAcknowledged,
  checkEventReaders,
  checkFeedback,
  checkFold,
  checkProjections,
} from './log-checks.ts';
import { countRunning, type Logged, readLogged } from './logged.ts';
import { type Planned, targetOf } from './plan.ts';
import { type Readers, startReaders } from './readers.ts';
import { checkReplies, checkReplyReaders, checkRequests } from './reply-checks.ts';
import { startWriter, type Writer } from './writers.ts';

export type Outcome = {
  /** What there was, in one line. */
  summary: string;
  /** What is not as it must be. */
  differences: string[];
  /** All that the nodes printed. */
  output: string;
};

const writers = 8;
const settleMs = 45_000;

type Load = { writers: Writer[]; readers: Readers; ledger: Ledger };

function startLoad({ nodes }: Cluster, seed: number): Load {
  // Apart from the random numbers of the plan.
  const random = createRandom(seed ^ 0x5eed);
  const ownRandom = () => createRandom(random.below(2 ** 32));
  const ledger = createLedger();
  const urls = [nodes[0].url, nodes[1].url] as const;
  const readers = startReaders({ urls, ownRandom, ledger });
  const started = Array.from({ length: writers }, (_, index) => {
    const own = ownRandom();
    const ask = createAsk(urls, own);
    return startWriter({ number: index + 1, ask, random: own, ledger, onReply: readers.follow });
  });
  return { writers: started, readers, ledger };
}

/** Faults at their times; those of one target one after the other. Resolves when all is as before. */
async function makeFaultsHappen(cluster: Cluster, plan: Planned[], cut: () => void): Promise<void> {
  const startedAt = performance.now();
  const last = new Map<string, Promise<void>>();
  for (const fault of plan) {
    await delay(Math.max(0, startedAt + fault.atMs - performance.now()));
    const target = targetOf(fault);
    const before = last.get(target) ?? Promise.resolve();
    const happening = before.then(() => happen(cluster, fault, cut));
    happening.catch(() => {});
    last.set(target, happening);
  }
  await Promise.all(last.values());
}

/** Waits until nothing goes on any more. @returns what goes on nevertheless */
async function settle(pool: pg.Pool, { readers }: Load): Promise<string[]> {
  const differences: string[] = [];
  const until = async (condition: string, holds: () => boolean | Promise<boolean>) => {
    await waitUntil(condition, holds, settleMs).catch((error: Error) => differences.push(error.message));
  };
  const isNothingLeft = async () => Object.values(await countRunning(pool)).every((count) => count === 0);
  await until('every status is final, and token_log and generation are empty', isNothingLeft);
  await until('every reader of a reply was told its end', () =>
    readers.ofReplies.every(({ end }) => end !== undefined),
  );
  const { rows } = await pool.query<{ name: string; count: number }>(
    'SELECT name, next_offset::int AS count FROM topic',
  );
  const counts = new Map(rows.map(({ name, count }) => [name, count]));
  await until('every reader of the log is at its end', () =>
    readers.ofEvents.every(
      (reader) => reader.hasFailed || reader.seen.length >= (counts.get(reader.followed.topic) ?? 0),
    ),
  );
  if (differences.length > 0) differences.push(`Left: ${JSON.stringify(await countRunning(pool))}`);
  return differences;
}

function summarize({ ledger, readers }: Load, { events, messages }: Logged): string {
  const statuses = [...messages.values()].filter(({ id }) => ledger.replies.has(id));
  const byStatus = [...Map.groupBy(statuses, ({ status }) => status)]
    .map(([status, { length }]) => `${length} ${status}`)
    .sort();
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
  const rewinds = sum(readers.ofReplies.map((reader) => reader.rewinds));
  return (
    `${events.length} events, ${ledger.replies.size} replies (${byStatus.join(', ')}), ` +
    `${ledger.feedback.size} times feedback, ${ledger.repeats} requests repeated, ` +
    `${readers.ofReplies.length} readers of replies (${rewinds} rewinds), ` +
    `${sum(readers.ofEvents.map(({ connects }) => connects))} connections of ${readers.ofEvents.length} readers of the log`
  );
}

async function checkAll(cluster: Cluster, load: Load, pool: pg.Pool): Promise<Omit<Outcome, 'output'>> {
  const unsettled = await settle(pool, load);
  await load.readers.stop();
  const { ledger, readers } = load;
  const logged = await readLogged(pool);
  const differences = [
    ...ledger.problems,
    ...unsettled,
    ...checkAcknowledged(ledger, logged),
    ...checkFeedback(ledger, logged),
    ...(await checkProjections(pool)),
    ...checkFold(logged),
    ...checkReplies(ledger, logged),
    ...checkRequests(ledger, cluster.model.requests),
    ...checkReplyReaders(readers.ofReplies, logged),
    ...checkEventReaders(readers.ofEvents, logged),
  ];
  return { summary: summarize(load, logged), differences };
}

async function stopNodes({ nodes }: Cluster): Promise<string[]> {
  const codes = await Promise.all(nodes.map((node) => node.stop()));
  return codes.flatMap((code, index) => (code === 0 ? [] : [`Node ${index + 1} ended with ${code}.`]));
}

async function runLoad(cluster: Cluster, load: Load, plan: Planned[]): Promise<Outcome> {
  await using stack = new AsyncDisposableStack();
  const pool = new pg.Pool({ connectionString: cluster.postgres.url, max: 2, options: '-c TimeZone=UTC' });
  pool.on('error', () => {});
  stack.defer(() => pool.end());
  await makeFaultsHappen(cluster, plan, load.readers.cut);
  await Promise.all(load.writers.map((writer) => writer.stop()));
  const { summary, differences } = await checkAll(cluster, load, pool);
  differences.push(...(await stopNodes(cluster)));
  const output = cluster.nodes.map((node, index) => `Node ${index + 1}:\n${node.output()}`).join('\n');
  return { summary, differences, output };
}

/** @throws the reason of the signal when it is aborted, once nothing is left behind */
export async function runChaos(options: {
  seed: number;
  plan: Planned[];
  databaseUrl: string | undefined;
  signal: AbortSignal;
}): Promise<Outcome> {
  const { signal } = options;
  await using stack = new AsyncDisposableStack();
  const cluster = await startCluster(options.databaseUrl);
  stack.defer(cluster.stop);
  signal.throwIfAborted();
  const load = startLoad(cluster, options.seed);
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  return await Promise.race([runLoad(cluster, load, options.plan), aborted]);
}

// One reply followed by many readers, beside a plain broadcast over WebSockets.
import { type Contender, type Metric, measureRounds, other, ours, type Sample } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { startAfterword } from './support/afterword.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import { openDatabase } from './support/database.ts';
import type { FanCalls } from './support/fan-readers.ts';
import type { ModelCalls } from './support/model.ts';
import { type Options, selectNamed } from './support/options.ts';
import { startReply } from './support/replies.ts';
import { startServer } from './support/server.ts';
import { startWorker } from './support/worker.ts';

type MetricName = 'rate' | 'merged' | 'serverCpu' | 'tokenCpu';
type ContenderName = 'afterword' | 'broadcast';

const contenders: Contender<ContenderName>[] = [ours('afterword'), other('broadcast')];
const tokensPerSecond = 20;
const metrics: Metric<MetricName>[] = [
  { name: 'rate', title: 'deliveries/s', digits: 0, better: 'higher' },
  // Neither merging nor sending one by one is better by itself: what counts is the CPU.
  { name: 'merged', title: 'tokens a delivery', digits: 2, better: 'neither' },
  {
    ...{ name: 'serverCpu', title: 'server CPU, µs a delivery', digits: 1, better: 'lower' },
    ratioTitle: 'CPU a delivery by broadcast’s',
  },
  {
    ...{ name: 'tokenCpu', title: 'µs a token and reader', digits: 1, better: 'lower' },
    ratioTitle: 'a token and reader',
  },
];

async function startSetup(options: Options, stack: AsyncDisposableStack) {
  const database = await openDatabase(stack);
  const model = startWorker<ModelCalls>(new URL('./support/model.ts', import.meta.url));
  stack.defer(() => model.stop());
  const modelUrl = await model.call('listen', undefined);
  const readers = startWorker<FanCalls>(new URL('./support/fan-readers.ts', import.meta.url));
  stack.defer(() => readers.stop());
  const { profile } = options;
  const afterword = await startAfterword(stack, { databaseUrl: database.url, modelUrl, profile });
  const broadcastFile = new URL('./support/broadcast.ts', import.meta.url);
  const broadcast = await startServer(stack, broadcastFile, { MODEL_URL: modelUrl });
  return { database, model, readers, servers: { afterword, broadcast } };
}

export async function benchFanout(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  const { database, model, readers, servers } = await startSetup(options, stack);

  async function measure(
    contender: ContenderName,
    { readerCount, tokens }: { readerCount: number; tokens: number },
  ): Promise<Sample<MetricName>> {
    const { url, pid } = servers[contender];
    await model.call('prepare', { generations: 1, tokens, intervalMs: 1_000 / tokensPerSecond });
    const messageId = contender === 'afterword' ? await startReply(url, 0) : undefined;
    await readers.call('open', { url, readers: readerCount, tokens, messageId });
    if (contender === 'broadcast') await fetch(url, { method: 'POST' });
    await model.call('allRequested', undefined);
    // The last subscription has been sent, but the server may not have read it yet.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = readCpu([pid]);
    const releasedAt = await model.call('release', undefined);
    const { deliveries, finishedAt } = await readers.call('finish', undefined);
    const cpuMs = cpuBetween(before, readCpu([pid]));
    return {
      rate: (deliveries * 1_000) / (finishedAt - releasedAt),
      serverCpu: (cpuMs * 1_000) / deliveries,
      tokenCpu: (cpuMs * 1_000) / (readerCount * tokens),
      merged: (readerCount * tokens) / deliveries,
    };
  }

  for (const { name } of contenders) await measure(name, { readerCount: 200, tokens: 40 });
  const readerCount = options.isQuick ? 200 : 2_000;
  const cases = [
    {
      ...{ name: `${readerCount} readers × ${tokensPerSecond}/s`, readerCount },
      tokens: options.seconds * tokensPerSecond,
    },
  ];
  const plan = {
    ...{ name: 'fanout', cases: selectNamed(cases, options.only), contenders, metrics },
    limit: 'broadcast' as const,
  };
  const table = await measureRounds(plan, options, (oneCase, contender) => measure(contender, oneCase));
  return { postgresVersion: database.version, tables: [table] };
}

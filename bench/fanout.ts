// One reply watched by many readers, beside a plain broadcast over WebSockets.
import type { Options } from './main.ts';
import { startAfterword } from './support/afterword.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import { openDatabase } from './support/database.ts';
import type { FanCalls } from './support/fan-readers.ts';
import type { ModelCalls } from './support/model.ts';
import { beginReply } from './support/replies.ts';
import { measureRounds, renderResults, type Sample } from './support/rounds.ts';
import { startServer } from './support/server.ts';
import { startWorker } from './support/worker.ts';

type Metric = 'rate' | 'serverCpu' | 'tokenCpu' | 'merged';

const contenders = ['afterword', 'broadcast'] as const;
const tokensPerSecond = 20;

export async function benchFanout(options: Options, stack: AsyncDisposableStack): Promise<string> {
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
  const servers = { afterword, broadcast };

  async function measure(
    contender: keyof typeof servers,
    many: number,
    count: number,
  ): Promise<Sample<Metric>> {
    const { url, pid } = servers[contender];
    await model.call('prepare', { generations: 1, count, intervalMs: 1_000 / tokensPerSecond });
    const messageId = contender === 'afterword' ? await beginReply(url, 0) : undefined;
    await readers.call('open', { url, readers: many, count, messageId });
    if (contender === 'broadcast') await fetch(url, { method: 'POST' });
    await model.call('allAsked', undefined);
    // The last subscription has been sent, not yet taken.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = readCpu([pid]);
    const releasedAt = await model.call('release', undefined);
    const { deliveries, at } = await readers.call('finish', undefined);
    const cpuMs = cpuBetween(before, readCpu([pid]));
    return {
      rate: (deliveries * 1_000) / (at - releasedAt),
      serverCpu: (cpuMs * 1_000) / deliveries,
      tokenCpu: (cpuMs * 1_000) / (many * count),
      merged: (many * count) / deliveries,
    };
  }

  const many = options.isQuick ? 200 : 2_000;
  const count = options.seconds * tokensPerSecond;
  for (const contender of contenders) await measure(contender, 200, 40);
  const names = { cases: [`${many} readers × ${tokensPerSecond}/s`], contenders };
  const results = await measureRounds<Metric>({ rounds: options.rounds, ...names }, (_name, contender) =>
    measure(contender === 'afterword' ? 'afterword' : 'broadcast', many, count),
  );
  return renderResults(results, {
    ...names,
    limit: 'broadcast',
    columns: [
      { title: 'deliveries/s', metric: 'rate', digits: 0 },
      { title: 'tokens a delivery', metric: 'merged', digits: 2 },
      { title: 'server CPU, µs a delivery', metric: 'serverCpu', digits: 1 },
      { title: 'µs a token and reader', metric: 'tokenCpu', digits: 1 },
    ],
    ratios: [
      { title: 'CPU a delivery by broadcast’s', metric: 'serverCpu' },
      { title: 'a token and reader', metric: 'tokenCpu' },
    ],
  });
}

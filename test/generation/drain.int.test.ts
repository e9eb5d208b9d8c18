import { expect, it } from 'vitest';
import { connect } from '../../src/database/connect.ts';
import { createModelClient } from '../../src/generation/model.ts';
import { createGenerations } from '../../src/generation/run.ts';
import { createTokenLog } from '../../src/generation/token-log.ts';
import { createLogWriter } from '../../src/log/writer.ts';
import { startTestApp } from '../support/app.ts';
import { delta, hang, head } from '../support/script.ts';
import { sendMessage, startConversation } from '../support/talk.ts';

it('a reply that begins while the others drain is ended before the drain is over', async () => {
  const test = await startTestApp();
  const database = connect({ url: test.database.url, poolSize: 2, onError: () => {} });
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const { pool } = database;
  const tokenLog = createTokenLog({
    pool,
    nodeId: 'n',
    leaseMs: 10_000,
    onStopRequested: () => {},
    onLost: () => {},
    onError,
  });
  try {
    test.model.setDefault([head(200), delta('begun'), hang]);
    const writer = createLogWriter({ pool: database.writerPool, timeoutMs: 5_000, onCommitted: () => {} });
    const model = createModelClient({
      baseUrl: test.model.url,
      apiKey: undefined,
      timeoutMs: 5_000,
      idleTimeoutMs: 60_000,
    });
    const readThread = () => Promise.resolve([{ role: 'user' as const, content: 'hello' }]);
    const generations = createGenerations({
      model,
      writer,
      tokenLog,
      readThread,
      maxReplyBytes: 1_000,
      onError,
    });
    const conversationId = await startConversation(test.client);
    const ask = () => sendMessage(test.client, { conversationId, content: 'hello' });
    const [first, second] = [await ask(), await ask()];

    generations.start({ messageId: first, model: 'model-a', parameters: {} });
    const drained = generations.drain(50);
    generations.start({ messageId: second, model: 'model-a', parameters: {} });
    await drained;

    expect(generations.live(second)).toBeUndefined();
    const { rows } = await pool.query('SELECT status FROM message WHERE id = ANY ($1)', [[first, second]]);
    expect(rows).toEqual([{ status: 'interrupted' }, { status: 'interrupted' }]);
    expect(errors).toEqual([]);
  } finally {
    await tokenLog.stop();
    await database.close();
    await test.stop();
  }
});

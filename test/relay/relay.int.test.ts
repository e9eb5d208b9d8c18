// The relay between nodes, on a real NATS server that is killed, rejects clients and comes back.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createRelay, type Relay, subjectOf } from '../../src/relay/relay.ts';
import { createTestDatabase } from '../support/database.ts';
import { createFollowedLog, take } from '../support/followed.ts';
import { createNats, type NatsServer, startNats } from '../support/nats.ts';
import { waitUntil } from '../support/wait.ts';
import { startOf } from '../support/writer.ts';

type OpenRelay = { relay: Relay; changes: { isConnected: boolean; reason: string }[] };

function open({ url }: { url: string }): OpenRelay {
  const changes: OpenRelay['changes'] = [];
  const relay = createRelay({
    url,
    onChange: (isConnected, reason) => changes.push({ isConnected, reason }),
  });
  return { relay, changes };
}

const states = ({ changes }: OpenRelay) => changes.map(({ isConnected }) => isConnected);

describe.skipIf(!inject('hasNats'))('a relay', () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats.kill());

  async function connected(server: { url: string } = nats): Promise<OpenRelay> {
    const opened = open(server);
    await waitUntil('it is connected', () => opened.relay.isConnected);
    return opened;
  }

  /** Resolves when NATS knows everything that the other has subscribed to so far. */
  async function untilSubscribed(one: OpenRelay, other: OpenRelay): Promise<void> {
    let isReceived = false;
    const subject = `afterword.${newId()}`;
    other.relay.subscribe(subject, () => {
      isReceived = true;
    });
    await waitUntil('one receives what the other publishes', () => {
      one.relay.publish(subject, 'are you there?');
      return isReceived;
    });
  }

  it('delivers what one node publishes to the others, and not back to itself', async () => {
    const [one, other] = [await connected(), await connected()];
    const received: unknown[] = [];
    const subject = subjectOf('log', 'a topic.with * and >');
    const stopListening = other.relay.subscribe(subject, (data) => received.push(data));
    one.relay.subscribe(subject, (data) => received.push(['echo', data]));
    other.relay.subscribe(subjectOf('log', 'another'), (data) => received.push(['astray', data]));
    await untilSubscribed(one, other);
    one.relay.publish(subject, { offset: 7 });
    await waitUntil('it is received', () => received.length > 0);
    stopListening();
    one.relay.publish(subject, { offset: 8 });
    await untilSubscribed(one, other);
    expect(received).toEqual([{ offset: 7 }]);
    await Promise.all([one.relay.stop(), other.relay.stop()]);
  });

  it('reports once that NATS is unavailable and once that it is back, and continues', async () => {
    const server = await startNats();
    const [one, other] = [await connected(server), await connected(server)];
    const received: unknown[] = [];
    other.relay.subscribe('afterword.test', (data) => received.push(data));
    await server.kill();
    await waitUntil('both have noticed', () => !one.relay.isConnected && !other.relay.isConnected);
    one.relay.publish('afterword.test', 'lost');
    await server.start();
    await waitUntil('both are back', () => one.relay.isConnected && other.relay.isConnected);
    await untilSubscribed(one, other);
    one.relay.publish('afterword.test', 'again');
    await waitUntil('it is received', () => received.length > 0);
    expect(received).toEqual(['again']);
    expect([states(one), states(other)]).toEqual([
      [true, false, true],
      [true, false, true],
    ]);
    await Promise.all([one.relay.stop(), other.relay.stop()]);
    await server.kill();
  });

  it('that starts before NATS connects when it is there', async () => {
    const server = await createNats();
    const opened = open(server);
    await waitUntil('it has tried', () => opened.changes.length > 0);
    expect(opened.changes).toMatchObject([
      { isConnected: false, reason: expect.stringContaining('refused') },
    ]);
    await server.start();
    await waitUntil('it is connected', () => opened.relay.isConnected);
    expect(states(opened)).toEqual([false, true]);
    await opened.relay.stop();
    await server.kill();
  });

  it('reports once that NATS rejects it, and why', async () => {
    const server = await startNats(['--auth', 'the token']);
    const opened = open(server);
    await waitUntil('it is refused', () => opened.changes.length > 0);
    expect(opened.changes).toMatchObject([
      { isConnected: false, reason: expect.stringMatching(/authorization violation/i) },
    ]);
    await opened.relay.stop();
    await server.kill();
  });

  it('is accepted with the password in its URL', async () => {
    const server = await startNats(['--user', 'ada', '--pass', 'secret']);
    const opened = await connected({ url: server.url.replace('//', '//ada:secret@') });
    expect(states(opened)).toEqual([true]);
    await opened.relay.stop();
    await server.kill();
  });

  it('drops what is larger than NATS accepts, and continues', async () => {
    const [one, other] = [await connected(), await connected()];
    const received: unknown[] = [];
    other.relay.subscribe('afterword.test', (data) => received.push(data));
    await untilSubscribed(one, other);
    one.relay.publish('afterword.test', 'x'.repeat(2_000_000));
    one.relay.publish('afterword.test', 'small');
    await waitUntil('the small one has come', () => received.length > 0);
    expect(received).toEqual(['small']);
    await Promise.all([one.relay.stop(), other.relay.stop()]);
  });

  it('that is stopped while NATS is unavailable does not wait', async () => {
    const server = await startNats();
    const opened = await connected(server);
    opened.relay.subscribe('afterword.test', () => {});
    await server.kill();
    await waitUntil('it has noticed', () => !opened.relay.isConnected);
    await opened.relay.stop();
    opened.relay.publish('afterword.test', 'after the end');
  });

  it('that is stopped while NATS is silent gives up soon', { timeout: 5_000 }, async () => {
    const server = await startNats();
    const opened = await connected(server);
    opened.relay.subscribe('afterword.test', () => {});
    server.pause();
    await opened.relay.stop();
    await server.kill();
  });

  it('wakes readers of the log on another node, without polling', async () => {
    const database = await createTestDatabase();
    const [one, other] = [await connected(), await connected()];
    const never = { pollIntervalMs: 2_000_000_000 };
    const writing = createFollowedLog(database.url, { ...never, relay: one.relay });
    const following = createFollowedLog(database.url, { ...never, relay: other.relay });
    const cursor = following.follow('default');
    await untilSubscribed(one, other);
    for (let count = 1; count <= 3; count += 1) {
      const next = take(cursor, 1);
      await writing.writer.append(startOf(newId()));
      expect((await next)[0]?.offset).toBe(count - 1);
    }
    await cursor.return?.();
    await Promise.all([writing.close(), following.close()]);
    await Promise.all([one.relay.stop(), other.relay.stop()]);
    await database.close();
  });
});

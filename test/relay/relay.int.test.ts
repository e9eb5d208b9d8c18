// What carries hints between nodes, on a real NATS server that goes away, refuses and comes back.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createRelay, type Relay, subjectOf } from '../../src/relay/relay.ts';
import { createTestDatabase } from '../support/database.ts';
import { createFollowedLog, take } from '../support/followed.ts';
import { createNats, type NatsServer, startNats } from '../support/nats.ts';
import { waitUntil } from '../support/wait.ts';
import { startOf } from '../support/writer.ts';

type Heard = { relay: Relay; changes: { isConnected: boolean; reason: string }[] };

function open({ url }: { url: string }): Heard {
  const changes: Heard['changes'] = [];
  const relay = createRelay({
    url,
    onChange: (isConnected, reason) => changes.push({ isConnected, reason }),
  });
  return { relay, changes };
}

const states = ({ changes }: Heard) => changes.map(({ isConnected }) => isConnected);

describe.skipIf(!inject('hasNats'))('a relay', () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats.kill());

  async function connected(server: { url: string } = nats): Promise<Heard> {
    const heard = open(server);
    await waitUntil('it is connected', () => heard.relay.isConnected);
    return heard;
  }

  /** NATS has taken all that the other has subscribed to so far. */
  async function untilHeard(one: Heard, other: Heard): Promise<void> {
    let isHeard = false;
    const subject = `afterword.${newId()}`;
    other.relay.subscribe(subject, () => {
      isHeard = true;
    });
    await waitUntil('the one is heard by the other', () => {
      one.relay.publish(subject, 'are you there?');
      return isHeard;
    });
  }

  it('brings what one node tells to the others, and not back to itself', async () => {
    const [one, other] = [await connected(), await connected()];
    const told: unknown[] = [];
    const subject = subjectOf('log', 'a topic.with * and >');
    const stopListening = other.relay.subscribe(subject, (data) => told.push(data));
    one.relay.subscribe(subject, (data) => told.push(['echo', data]));
    other.relay.subscribe(subjectOf('log', 'another'), (data) => told.push(['astray', data]));
    await untilHeard(one, other);
    one.relay.publish(subject, { offset: 7 });
    await waitUntil('it is told', () => told.length > 0);
    stopListening();
    one.relay.publish(subject, { offset: 8 });
    await untilHeard(one, other);
    expect(told).toEqual([{ offset: 7 }]);
    await Promise.all([one.relay.stop(), other.relay.stop()]);
  });

  it('says once that NATS is away and once that it is back, and goes on', async () => {
    const own = await startNats();
    const [one, other] = [await connected(own), await connected(own)];
    const told: unknown[] = [];
    other.relay.subscribe('afterword.test', (data) => told.push(data));
    await own.kill();
    await waitUntil('both have noticed', () => !one.relay.isConnected && !other.relay.isConnected);
    one.relay.publish('afterword.test', 'lost');
    await own.start();
    await waitUntil('both are back', () => one.relay.isConnected && other.relay.isConnected);
    await untilHeard(one, other);
    one.relay.publish('afterword.test', 'again');
    await waitUntil('it is told', () => told.length > 0);
    expect(told).toEqual(['again']);
    expect([states(one), states(other)]).toEqual([
      [true, false, true],
      [true, false, true],
    ]);
    await Promise.all([one.relay.stop(), other.relay.stop()]);
    await own.kill();
  });

  it('that starts before NATS does connects when it is there', async () => {
    const own = await createNats();
    const heard = open(own);
    await waitUntil('it has tried', () => heard.changes.length > 0);
    expect(heard.changes).toMatchObject([{ isConnected: false, reason: expect.stringContaining('refused') }]);
    await own.start();
    await waitUntil('it is connected', () => heard.relay.isConnected);
    expect(states(heard)).toEqual([false, true]);
    await heard.relay.stop();
    await own.kill();
  });

  it('says once that NATS refuses it, and why', async () => {
    const own = await startNats(['--auth', 'the token']);
    const heard = open(own);
    await waitUntil('it is refused', () => heard.changes.length > 0);
    expect(heard.changes).toMatchObject([
      { isConnected: false, reason: expect.stringMatching(/authorization violation/i) },
    ]);
    await heard.relay.stop();
    await own.kill();
  });

  it('is let in by the password in its URL', async () => {
    const own = await startNats(['--user', 'ada', '--pass', 'secret']);
    const heard = await connected({ url: own.url.replace('//', '//ada:secret@') });
    expect(states(heard)).toEqual([true]);
    await heard.relay.stop();
    await own.kill();
  });

  it('drops what is larger than NATS takes, and lives on', async () => {
    const [one, other] = [await connected(), await connected()];
    const told: unknown[] = [];
    other.relay.subscribe('afterword.test', (data) => told.push(data));
    await untilHeard(one, other);
    one.relay.publish('afterword.test', 'x'.repeat(2_000_000));
    one.relay.publish('afterword.test', 'small');
    await waitUntil('the small one has come', () => told.length > 0);
    expect(told).toEqual(['small']);
    await Promise.all([one.relay.stop(), other.relay.stop()]);
  });

  it('that is stopped while NATS is away waits for nothing', async () => {
    const own = await startNats();
    const heard = await connected(own);
    heard.relay.subscribe('afterword.test', () => {});
    await own.kill();
    await waitUntil('it has noticed', () => !heard.relay.isConnected);
    await heard.relay.stop();
    heard.relay.publish('afterword.test', 'after the end');
  });

  it('that is stopped while NATS says nothing gives up soon', { timeout: 5_000 }, async () => {
    const own = await startNats();
    const heard = await connected(own);
    heard.relay.subscribe('afterword.test', () => {});
    own.pause();
    await heard.relay.stop();
    await own.kill();
  });

  it('wakes those who follow the log on another node, without their looking', async () => {
    const database = await createTestDatabase();
    const [one, other] = [await connected(), await connected()];
    const never = { pollIntervalMs: 2_000_000_000 };
    const writing = createFollowedLog(database.url, { ...never, relay: one.relay });
    const following = createFollowedLog(database.url, { ...never, relay: other.relay });
    const cursor = following.follow('default');
    await untilHeard(one, other);
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

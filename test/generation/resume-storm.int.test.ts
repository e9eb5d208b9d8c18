// Many replies at once, on two nodes, with readers that lose their connection repeatedly.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type NatsServer, startNats } from '../support/nats.ts';
import { createRandom } from '../support/random.ts';
import { createReplyReader, ways } from '../support/reply-reader.ts';
import { scaled } from '../support/scale.ts';
import { createGate, delta, done, endlessText, finish, head, type Script, wait } from '../support/script.ts';
import type { ChatBody } from '../support/scripted-model.ts';
import { sendMessage, startConversation } from '../support/talk.ts';
import { countRunningRows, startTwoNodes, type TwoNodes, untilConnected } from '../support/two-nodes.ts';
import { waitUntil } from '../support/wait.ts';

const generations = scaled({ small: 60, large: 200 });
const tokens = 40;

/** Characters of two, three and four bytes, one of two code units, so that a cut inside a character shows. */
const tokenOf = (name: string) => `é${name}…🌍`;

type Gate = ReturnType<typeof createGate>;

/** Every reply has a text of its own, which takes about two seconds, and does not end before its gate is open. */
function scriptOf({ messages = [] }: ChatBody, gates: ReadonlyMap<string, Gate>): Script {
  const name = messages.at(-1)?.content ?? '';
  return [
    head(200),
    endlessText({ text: tokenOf(name), count: tokens, intervalMs: 50 }),
    wait(gates.get(name)?.opened ?? Promise.resolve()),
    delta('end'),
    finish(),
    done,
  ];
}

/** Reads a reply on any node and over any carrier, a few pieces at a time; it ends after the first drop. */
async function readThrough(nodes: TwoNodes, messageId: string, { seed, gate }: { seed: number; gate: Gate }) {
  const random = createRandom(seed);
  const reader = createReplyReader(messageId);
  while (reader.end === undefined) {
    const url = random.pick([nodes.one.url, nodes.other.url]);
    const maxPieces = reader.pieces === 0 ? 1 : 1 + random.below(12);
    await reader.readOn(url, random.pick(ways), maxPieces);
    gate.open();
  }
  return reader;
}

describe.each([
  { name: 'over NATS', hasNats: true },
  { name: 'by polling', hasNats: false },
])(`${generations} replies on two nodes, $name`, ({ hasNats }) => {
  let nats: NatsServer | undefined;
  let nodes: TwoNodes;
  const gates = new Map(Array.from({ length: generations }, (_, index) => [`${index}`, createGate()]));
  const isSkipped = hasNats && !inject('hasNats');
  beforeAll(async () => {
    if (isSkipped) return;
    nats = hasNats ? await startNats() : undefined;
    nodes = await startTwoNodes(nats === undefined ? {} : { NATS_URL: nats.url });
    if (nats !== undefined) await untilConnected(nodes);
    nodes.model.setDefault(({ body }) => scriptOf(body, gates));
  });
  afterAll(async () => {
    if (isSkipped) return;
    await nodes.stop();
    await nats?.kill();
  });

  it.skipIf(isSkipped)(
    'every reader that drops and resumes at random ends with exactly the text',
    { timeout: scaled({ small: 60_000, large: 180_000 }) },
    async () => {
      const finished = [...gates].map(async ([name, gate], index) => {
        const { client } = index % 2 === 0 ? nodes.one : nodes.other;
        const messageId = await sendMessage(client, {
          conversationId: await startConversation(client),
          content: name,
        });
        const reader = await readThrough(nodes, messageId, { seed: index, gate });
        const text = `${tokenOf(name).repeat(tokens)}end`;
        expect(reader.text).toBe(text);
        expect(reader.end).toEqual({ status: 'COMPLETE', content: text });
        expect(reader.rewinds).toBe(0);
      });
      await Promise.all(finished);
      await waitUntil('no row of a running reply is left', async () => (await countRunningRows(nodes)) === 0);
    },
  );
});

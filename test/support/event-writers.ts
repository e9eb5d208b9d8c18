// Writers that append through the API as fast as it answers, and remember what was acknowledged. What is not answered
// they ask for again with the same ids, as clients are told to.
import { setTimeout } from 'node:timers/promises';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import type { Answer, GraphQLClient } from './graphql-client.ts';
import type { Random } from './random.ts';

export type EventWriter = {
  /** Type and id of each event that a client was told of. */
  readonly acknowledged: readonly string[];
  /** How often it asked again. */
  readonly repeats: number;
  /** Resolves when the last event is acknowledged. @throws Error where one was refused */
  stop(): Promise<void>;
  /** Whether it has ended by itself, which it does only when something is wrong. */
  readonly hasFailed: boolean;
};

const longestPauseMs = 50;
/** Most messages are short; some fill the buffers between the server and a reader who stalls. */
const lengths = [20, 200, 200, 2_000, 30_000] as const;

/** @param shared a conversation of each topic to which every writer adds */
export function startEventWriter(options: {
  client: GraphQLClient;
  shared: ReadonlyMap<string, string>;
  random: Random;
}): EventWriter {
  const { client, shared, random } = options;
  const topics = [...shared.keys()];
  /** Begun by this writer, and still open. */
  const own: string[] = [];
  const acknowledged: string[] = [];
  let repeats = 0;
  let isOver = false;
  let hasFailed = false;

  async function untilAcknowledged(event: string, ask: () => Promise<Answer<unknown>>): Promise<void> {
    for (;;) {
      const answer = await ask().catch(() => undefined);
      const codes = answer?.errors.map(({ extensions }) => extensions.code);
      if (codes?.length === 0) {
        acknowledged.push(event);
        return;
      }
      if (codes?.some((code) => code !== 'UPSTREAM_FAILED')) throw new Error(JSON.stringify(answer));
      repeats += 1;
      await setTimeout(random.below(longestPauseMs));
    }
  }

  async function start(): Promise<void> {
    const input = { id: newId(), topic: topics[random.below(topics.length)] ?? '', model: 'model-a' };
    await untilAcknowledged(`START_CONVERSATION ${input.id}`, () =>
      client.ask(operations.StartConversationDocument, { input }),
    );
    own.push(input.id);
  }

  async function add(conversationId: string): Promise<void> {
    const content = 'é'.repeat(random.pick(lengths));
    const input = { id: newId(), conversationId, role: 'USER' as const, content };
    await untilAcknowledged(`ADD_MESSAGE ${input.id}`, () =>
      client.ask(operations.AddMessageDocument, { input }),
    );
  }

  async function end(): Promise<void> {
    const id = own.shift();
    if (id === undefined) return;
    await untilAcknowledged(`END_CONVERSATION ${id}`, () =>
      client.ask(operations.EndConversationDocument, { input: { id } }),
    );
  }

  async function step(): Promise<void> {
    const dice = random.below(10);
    if (dice < 2) await start();
    else if (dice === 2) await end();
    else if (dice < 5 && own[0] !== undefined) await add(own[0]);
    else await add(shared.get(topics[random.below(topics.length)] ?? '') ?? '');
  }

  async function run(): Promise<void> {
    while (!isOver) await step();
  }

  const running = run();
  running.catch(() => {
    hasFailed = true;
  });
  return {
    acknowledged,
    get repeats() {
      return repeats;
    },
    get hasFailed() {
      return hasFailed;
    },
    async stop() {
      isOver = true;
      await running;
    },
  };
}

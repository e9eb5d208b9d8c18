// Clients that write to both nodes: conversations, prompts, captured messages, feedback, stops and other replies.
import { setTimeout as delay } from 'node:timers/promises';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import type { Random } from '../support/random.ts';
import type { Ask } from './ask.ts';
import type { Ledger } from './ledger.ts';
import { promptOf } from './replies.ts';

export const topics = ['chaos-a', 'chaos-b'] as const;

export type Writer = {
  /** Resolves when what it asked for last is acknowledged. */
  stop(): Promise<void>;
};

type WriterOptions = {
  /** Of all writers of the run; it makes their prompts differ. */
  number: number;
  ask: Ask;
  random: Random;
  ledger: Ledger;
  /** Told of each reply, once it is acknowledged. */
  onReply: (id: string) => void;
};

const longestPauseMs = 250;

function pickOf<Item>(random: Random, items: Iterable<Item>): Item | undefined {
  const list = [...items];
  return list[random.below(list.length)];
}

/** What a writer does; each resolves when it is acknowledged. Conversations belong to all writers. */
function createActions({ number, ask, random, ledger, onReply }: WriterOptions) {
  let made = 0;

  async function acknowledged<Result, Variables>(
    document: operations.TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<number> {
    const { attempts } = await ask(document, variables);
    ledger.repeats += attempts - 1;
    return attempts;
  }

  const anyConversation = () => pickOf(random, ledger.conversations.keys());
  const anyReply = () => pickOf(random, ledger.replies.keys());
  const nextNumber = () => number * 100_000 + ++made;

  const actions = {
    async start() {
      const input = { id: newId(), topic: random.pick(topics), model: 'model-a' };
      await acknowledged(operations.StartConversationDocument, { input });
      ledger.conversations.set(input.id, input.topic);
    },
    async send() {
      const conversationId = anyConversation();
      if (conversationId === undefined) return await actions.start();
      const prompt = nextNumber();
      const input = { conversationId, id: newId(), replyId: newId(), content: promptOf(prompt) };
      await acknowledged(operations.SendMessageDocument, { input });
      ledger.messages.set(input.id, { conversationId, content: input.content });
      ledger.replies.set(input.replyId, { conversationId, prompt, wasAskedToStop: false });
      onReply(input.replyId);
    },
    async capture() {
      const conversationId = anyConversation();
      if (conversationId === undefined) return await actions.start();
      const content = `captured ${nextNumber()} ${'é🌍'.repeat(random.below(1_000))}`;
      const input = { conversationId, id: newId(), role: 'USER' as const, content };
      await acknowledged(operations.AddMessageDocument, { input });
      ledger.messages.set(input.id, { conversationId, content });
    },
    async regenerate() {
      const messageId = anyReply();
      const replaced = ledger.replies.get(messageId ?? '');
      if (messageId === undefined || replaced === undefined) return await actions.send();
      const replyId = newId();
      await acknowledged(operations.RegenerateReplyDocument, { input: { messageId, replyId } });
      ledger.replies.set(replyId, { ...replaced, wasAskedToStop: false });
      onReply(replyId);
    },
    async stop() {
      // One of the newest: they may still run.
      const [messageId, reply] = pickOf(random, [...ledger.replies].slice(-4)) ?? [];
      if (messageId === undefined || reply === undefined) return await actions.send();
      reply.wasAskedToStop = true;
      await acknowledged(operations.StopGenerationDocument, { input: { messageId } });
    },
    async rate() {
      const messageId = anyReply();
      if (messageId === undefined) return await actions.send();
      const username = `rater ${nextNumber()}`;
      const rating = random.pick(['LIKE', 'DISLIKE'] as const);
      const attempts = await acknowledged(operations.RateMessageDocument, {
        input: { messageId, username, rating },
      });
      ledger.feedback.set(username, { messageId, rating, attempts });
    },
    async comment() {
      const messageId = anyReply();
      if (messageId === undefined) return await actions.send();
      const username = `critic ${nextNumber()}`;
      const comment = `comment of ${username}`;
      const attempts = await acknowledged(operations.SubmitFeedbackDocument, {
        input: { messageId, username, comment },
      });
      ledger.feedback.set(username, { messageId, comment, attempts });
    },
  };
  return actions;
}

export function startWriter(options: WriterOptions): Writer {
  const { random, ledger } = options;
  const { start, send, capture, regenerate, stop, rate, comment } = createActions(options);
  let isOver = false;

  async function run(): Promise<void> {
    await start();
    while (!isOver) {
      const step = random.pick([start, send, send, send, send, capture, regenerate, stop, rate, comment]);
      await step();
      await delay(random.below(longestPauseMs));
    }
  }

  // A refusal ends this writer alone: the rest of the run may show why.
  const running = run().catch((error: unknown) => {
    ledger.problems.push(`Writer ${options.number}: ${error instanceof Error ? error.message : error}`);
  });
  return {
    async stop() {
      isOver = true;
      await running;
    },
  };
}

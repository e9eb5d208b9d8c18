// Hands waiting appends to Postgres in batches, one in flight at a time: the only caller of append_events.
// What it has acknowledged is committed; what it could not tell is repeated, since events are idempotent by id.
import pg from 'pg';
import { z } from 'zod';
import { isDatabaseUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';
import { appendError, type Refusal } from './append-errors.ts';
import type { NewEvent } from './event.ts';

/** Events of one conversation that are appended together or not at all. */
export type Append = {
  /** Username of who does it; null for Afterword itself. */
  actor: string | null;
  /** Whether the actor may write to conversations that are not their own. */
  isPrivileged: boolean;
  events: NewEvent[];
};

export type Appended = {
  topic: string;
  conversationId: string;
  offset: number;
  version: number;
  /** True where the log already held this very event. */
  isReplay: boolean;
};

export type LogWriter = {
  /**
   * Resolves once the events are committed, in their order.
   * @throws AppError with the refusal, or UPSTREAM_FAILED when Postgres stayed away for timeoutMs
   */
  append(append: Append): Promise<Appended[]>;
  /** Resolves when everything that waits has been answered. */
  drain(): Promise<void>;
};

type Waiting = {
  /** Encoded, each without its opening brace. */
  events: string[];
  deadline: number;
  resolve(appended: Appended[]): void;
  reject(error: unknown): void;
};

const answerSchema = z.union([
  z
    .object({
      offset: z.number(),
      version: z.number(),
      topic: z.string(),
      conversation_id: z.string(),
      replayed: z.boolean(),
    })
    .transform(
      (row): Appended => ({
        topic: row.topic,
        conversationId: row.conversation_id,
        offset: row.offset,
        version: row.version,
        isReplay: row.replayed,
      }),
    ),
  z.object({
    refusal: z.custom<Refusal | 'AGAIN' | 'NEIGHBOUR'>((value) => typeof value === 'string'),
    detail: z.string().nullable(),
  }),
]);
type Answer = z.output<typeof answerSchema>;
// Once: zod compiles a schema when it is first used.
const answersSchema = z.array(answerSchema);

const batchLimits = { events: 1_000, characters: 8_388_608 };
const retryPauseMs = 100;

/** An event as append_events takes it, but for its opening brace and the number of its append, which a batch gives. */
function encode(event: NewEvent, { actor, isPrivileged }: Append): string {
  const { id, type, payload } = event;
  const topic = 'topic' in event ? event.topic : undefined;
  const conversation_id = 'conversationId' in event ? event.conversationId : undefined;
  return JSON.stringify({ id, type, topic, conversation_id, actor, privileged: isPrivileged, payload }).slice(
    1,
  );
}

/** Classes of SQLSTATE. 22: bad data, 23: an id twice, 54: too large. */
const contentStates = /^(22|23|54)/;

/** Whether a batch failed because of its content, because Postgres is away, or for neither: a bug of ours. */
function causeOf(error: unknown): 'content' | 'away' | 'bug' {
  if (isDatabaseUnavailable(error)) return 'away';
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  return contentStates.test(code) ? 'content' : 'bug';
}

/**
 * @param options.onCommitted called after each commit, with the newest offset in it of each topic; must not throw
 */
export function createLogWriter(options: {
  pool: pg.Pool;
  timeoutMs: number;
  onCommitted: (newest: Map<string, number>) => void;
}): LogWriter {
  let queue: Waiting[] = [];
  /** How many at the head of the queue go alone, since a batch with them failed. */
  let isolateNext = 0;
  let isRunning = false;
  let whenIdle: (() => void)[] = [];

  async function send(batch: Waiting[]): Promise<Answer[]> {
    const items = batch.flatMap(({ events }, index) => events.map((event) => `{"append":${index},${event}`));
    const result = await options.pool.query<{ answers: unknown }>({
      name: 'append_events',
      text: 'SELECT append_events($1::jsonb) AS answers',
      values: [`[${items.join(',')}]`],
    });
    return answersSchema.parse(result.rows[0]?.answers);
  }

  function settle(batch: Waiting[], answers: Answer[]): void {
    const newest = new Map<string, number>();
    const again: Waiting[] = [];
    let next = 0;
    for (const waiting of batch) {
      const own = answers.slice(next, next + waiting.events.length);
      next += waiting.events.length;
      const appended = own.filter((answer) => 'offset' in answer);
      const refused = own.filter((answer) => 'refusal' in answer);
      if (refused.some((answer) => answer.refusal === 'AGAIN')) again.push(waiting);
      else if (refused.length > 0) reject(waiting, refused);
      else waiting.resolve(appended);
      for (const { topic, offset } of appended)
        newest.set(topic, Math.max(offset, newest.get(topic) ?? offset));
    }
    queue.unshift(...again);
    if (newest.size > 0) options.onCommitted(newest);
  }

  function reject(waiting: Waiting, refused: Extract<Answer, { refusal: unknown }>[]): void {
    for (const { refusal, detail } of refused) {
      if (refusal === 'AGAIN' || refusal === 'NEIGHBOUR') continue;
      waiting.reject(appendError(refusal, detail ?? ''));
    }
  }

  function takeBatch(): Waiting[] {
    let events = 0;
    let characters = 0;
    const fits = (waiting: Waiting): boolean => {
      events += waiting.events.length;
      for (const event of waiting.events) characters += event.length;
      return events <= batchLimits.events && characters <= batchLimits.characters;
    };
    const isLast = (index: number) => isolateNext > 0 && index === 1;
    const end = queue.findIndex((waiting, index) => isLast(index) || (!fits(waiting) && index > 0));
    isolateNext = Math.max(0, isolateNext - 1);
    return queue.splice(0, end === -1 ? queue.length : end);
  }

  function contentError(cause: unknown): AppError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new AppError('INVALID_INPUT', `The database can't hold this: ${reason}.`, { cause });
  }

  /** Postgres is away: what still has time waits in its place, the rest fails. */
  async function waitAndRetry(cause: unknown): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
    const now = Date.now();
    const late = queue.filter((waiting) => waiting.deadline <= now);
    queue = queue.filter((waiting) => waiting.deadline > now);
    for (const waiting of late) {
      waiting.reject(
        new AppError(
          'UPSTREAM_FAILED',
          `The database did not take this within ${options.timeoutMs} ms. Repeat the request with the same ids: it is safe, whether or not it was written.`,
          { cause },
        ),
      );
    }
  }

  async function attempt(batch: Waiting[]): Promise<void> {
    let answers: Answer[];
    try {
      answers = await send(batch);
    } catch (error) {
      const cause = causeOf(error);
      const [only] = batch;
      if (cause !== 'away' && batch.length === 1) {
        only?.reject(cause === 'content' ? contentError(error) : error);
        return;
      }
      queue.unshift(...batch);
      // One append that Postgres can't take must not fail those beside it.
      if (cause === 'away') await waitAndRetry(error);
      else isolateNext = batch.length;
      return;
    }
    settle(batch, answers);
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      await attempt(takeBatch());
    }
    isRunning = false;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  return {
    append(append) {
      return new Promise((resolve, reject) => {
        queue.push({
          events: append.events.map((event) => encode(event, append)),
          deadline: Date.now() + options.timeoutMs,
          resolve,
          reject,
        });
        if (isRunning) return;
        isRunning = true;
        void run();
      });
    },
    drain() {
      return isRunning ? new Promise((resolve) => whenIdle.push(resolve)) : Promise.resolve();
    },
  };
}

// Hands waiting appends to Postgres in batches, one in flight at a time: the only caller of append_events.
// An acknowledged append is committed. A batch whose answer was lost is sent again; events are idempotent by id.
import pg from 'pg';
import { isDatabaseUnavailable } from '../database/unavailable.ts';
import { AppError } from '../errors.ts';
import { type AppendAnswer, appendBatch, type EncodedItem, encodeItem } from './append-batch.ts';
import { appendError, isRefusal, type Refusal } from './append-errors.ts';
import type { NewEvent } from './event.ts';

/** Events of one conversation that are appended together or not at all. */
export type Append = {
  /** Username of the author of the events; null for Afterword itself. */
  actor: string | null;
  /** Whether the actor may write to conversations that are not their own. */
  isPrivileged: boolean;
  /** Whether feedback that would change nothing is skipped. Defaults to false. */
  skipsUnchanged?: boolean;
  events: NewEvent[];
};

export type Appended = {
  topic: string;
  conversationId: string;
  offset: number;
  version: number;
  /** True if the same event was already in the log. */
  isReplay: boolean;
};

export type LogWriter = {
  /**
   * Resolves once the events are committed, with one entry for each in their order; skipped events have none.
   * @throws AppError with the refusal, or UPSTREAM_FAILED when Postgres was unavailable for timeoutMs
   */
  append(append: Append): Promise<Appended[]>;
  /** Resolves when no append is waiting any more. */
  drain(): Promise<void>;
};

type Waiting = {
  items: EncodedItem[];
  deadline: number;
  resolve(appended: Appended[]): void;
  reject(error: unknown): void;
};

const batchLimits = { events: 1_000, characters: 8_388_608 };
const retryPauseMs = 100;

function encode(event: NewEvent, { actor, isPrivileged, skipsUnchanged = false }: Append): EncodedItem {
  return encodeItem({
    id: event.id,
    type: event.type,
    topic: 'topic' in event ? event.topic : undefined,
    conversation_id: 'conversationId' in event ? event.conversationId : undefined,
    actor,
    is_privileged: isPrivileged,
    skips_unchanged: skipsUnchanged,
    payload: event.payload,
  });
}

function toAppended({ outcome, topic, conversation_id, offset, version }: AppendAnswer): Appended[] {
  if (topic === null || conversation_id === null || offset === null || version === null) return [];
  return [{ topic, conversationId: conversation_id, offset, version, isReplay: outcome === 'REPLAYED' }];
}

/** The refusal of an append: that of its first event that violates a rule. */
function refusalOf(answers: readonly AppendAnswer[]): { refusal: Refusal; detail: string } | undefined {
  for (const { outcome, detail } of answers) {
    if (isRefusal(outcome)) return { refusal: outcome, detail: detail ?? '' };
  }
  return undefined;
}

/** How many appends at the head of the queue fit into one batch; the first one always does. */
function countFitting(queue: readonly Waiting[]): number {
  let events = 0;
  let characters = 0;
  const end = queue.findIndex(({ items }, index) => {
    events += items.length;
    for (const item of items) characters += item.length;
    return index > 0 && (events > batchLimits.events || characters > batchLimits.characters);
  });
  return end === -1 ? queue.length : end;
}

/** Classes of SQLSTATE. 22: invalid data, 23: duplicate id, 54: too large. */
const contentStates = /^(22|23|54)/;

/** Why a batch failed: because of its content, because Postgres is unavailable, or because of a bug. */
function causeOf(error: unknown): 'content' | 'unavailable' | 'bug' {
  if (isDatabaseUnavailable(error)) return 'unavailable';
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  return contentStates.test(code) ? 'content' : 'bug';
}

/**
 * @param options.onCommitted called after each commit with the newest committed offset of each topic; must not throw
 */
export function createLogWriter(options: {
  pool: pg.Pool;
  timeoutMs: number;
  onCommitted: (newest: Map<string, number>) => void;
}): LogWriter {
  let queue: Waiting[] = [];
  /** Number of appends at the head of the queue that are sent one by one, because their batch failed. */
  let isolateNext = 0;
  let isRunning = false;
  let whenIdle: (() => void)[] = [];

  function settle(batch: Waiting[], answers: AppendAnswer[]): void {
    const newest = new Map<string, number>();
    const retried: Waiting[] = [];
    let next = 0;
    for (const waiting of batch) {
      const ours = answers.slice(next, next + waiting.items.length);
      next += waiting.items.length;
      const refused = refusalOf(ours);
      if (ours.some(({ outcome }) => outcome === 'RETRY_NEXT_BATCH')) retried.push(waiting);
      else if (refused !== undefined) waiting.reject(appendError(refused.refusal, refused.detail));
      else waiting.resolve(ours.flatMap(toAppended));
      for (const { topic, offset } of ours) {
        if (topic !== null && offset !== null) {
          newest.set(topic, Math.max(offset, newest.get(topic) ?? offset));
        }
      }
    }
    queue.unshift(...retried);
    if (newest.size > 0) options.onCommitted(newest);
  }

  function takeBatch(): Waiting[] {
    const count = isolateNext > 0 ? 1 : countFitting(queue);
    isolateNext = Math.max(0, isolateNext - 1);
    return queue.splice(0, count);
  }

  function contentError(cause: unknown): AppError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new AppError('INVALID_INPUT', `The database can't store this: ${reason}.`, { cause });
  }

  /** While Postgres is unavailable, expired appends fail and the others keep their place in the queue. */
  async function waitAndRetry(cause: unknown): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
    const now = Date.now();
    const expired = queue.filter((waiting) => waiting.deadline <= now);
    queue = queue.filter((waiting) => waiting.deadline > now);
    for (const waiting of expired) {
      waiting.reject(
        new AppError(
          'UPSTREAM_FAILED',
          `The database did not accept this within ${options.timeoutMs} ms. Repeat the request with the same ids: that is safe, whether or not it was written.`,
          { cause },
        ),
      );
    }
  }

  async function attempt(batch: Waiting[]): Promise<void> {
    let answers: AppendAnswer[];
    try {
      answers = await appendBatch(
        options.pool,
        batch.map(({ items }) => items),
      );
    } catch (error) {
      const cause = causeOf(error);
      const [only] = batch;
      if (cause !== 'unavailable' && batch.length === 1) {
        only?.reject(cause === 'content' ? contentError(error) : error);
        return;
      }
      queue.unshift(...batch);
      // One append that Postgres can't store must not fail the others of its batch.
      if (cause === 'unavailable') await waitAndRetry(error);
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
          items: append.events.map((event) => encode(event, append)),
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

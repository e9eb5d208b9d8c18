// Closes connections when the server stops: one by one and not all at the same instant, or their clients would come
// down on the other nodes as a herd; and those that wait for an answer after they have it.
import { setTimeout } from 'node:timers/promises';

export type Drainable = {
  /** Whether it still waits for something that comes to an end by itself. */
  readonly isBusy: boolean;
  /** Sends the client elsewhere. */
  close(): void;
  /** Ends what does not answer. */
  terminate(): void;
};

/** Milliseconds from the beginning of the drain. `closeBy`: when it is closed whatever it waits for. */
type ClosePlan = { closeAt: number; closeBy: number; closedAt?: number };

/** The part of the grace time over which closings are spread, and how far apart the few of a small server are. */
const spread = { ofGrace: 0.8, apartMs: 500 };
/** Who waited when the grace was over is told of the interruption in this time, and closed in the next. */
const interruptionMs = 1_000;
const lastSpreadMs = 1_000;
/** How often a busy one is looked at again, at the most. */
const againMs = 1_000;
/** How long clients have to answer that the server closes. */
const closeTimeoutMs = 1_000;
const tickMs = 20;

/**
 * @param open those to close; each leaves it when it is closed
 * @param graceMs how long busy ones may stay; 0 closes all at once, but for those that are told of an interruption
 * @returns once none is open, at most three seconds after the grace
 */
export async function closeGradually(open: ReadonlySet<Drainable>, graceMs: number): Promise<void> {
  const startedAt = performance.now();
  const plans = new Map<Drainable, ClosePlan>();
  const spreadMs = Math.min(graceMs * spread.ofGrace, open.size * spread.apartMs);
  const deadlineMs = graceMs + interruptionMs + lastSpreadMs + closeTimeoutMs;

  function plan(drainable: Drainable): ClosePlan {
    const known = plans.get(drainable);
    if (known !== undefined) return known;
    const closeBy = graceMs + interruptionMs + Math.random() * Math.min(lastSpreadMs, graceMs);
    const made = { closeAt: Math.random() * spreadMs, closeBy };
    plans.set(drainable, made);
    return made;
  }

  function step(drainable: Drainable, now: number): void {
    const own = plan(drainable);
    if (own.closedAt !== undefined) {
      if (now - own.closedAt >= closeTimeoutMs) drainable.terminate();
    } else if (now >= own.closeBy || (now >= own.closeAt && !drainable.isBusy)) {
      own.closedAt = now;
      drainable.close();
    } else if (now >= own.closeAt) {
      // Not at the instant at which it ends: all who follow the same reply end together.
      own.closeAt = now + Math.random() * Math.min(againMs, graceMs);
    }
  }

  for (;;) {
    const now = performance.now() - startedAt;
    for (const drainable of open) step(drainable, now);
    if (open.size === 0 || now > deadlineMs) return;
    await setTimeout(tickMs);
  }
}

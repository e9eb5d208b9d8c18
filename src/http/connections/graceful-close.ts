// Closes connections when the server stops: spread over time, so that their clients do not all reconnect to the other
// nodes at once (a thundering herd), and a busy connection only after its work has ended.
import { setTimeout } from 'node:timers/promises';

export type Drainable = {
  /** Whether the connection waits for something that ends by itself. */
  readonly isBusy: boolean;
  /** Asks the client to reconnect elsewhere. */
  close(): void;
  /** Closes the connection of a client that does not respond. */
  terminate(): void;
};

/** In milliseconds since the drain began. At `closeBy` the connection is closed even if it is busy. */
type ClosePlan = { closeAtMs: number; closeByMs: number; closedAtMs?: number };

/** Closings are spread over this fraction of the grace time, or over this time per connection if that is shorter. */
const spread = { graceFraction: 0.8, perConnectionMs: 500 };
/** After the grace time, readers of a reply get its interruption within this time, and are closed during the next. */
const interruptionMs = 1_000;
const lastSpreadMs = 1_000;
/** Max time until a busy connection is checked again. */
const maxRecheckMs = 1_000;
/** How long a client may take to confirm the closing. */
const closeTimeoutMs = 1_000;
const tickMs = 20;

/**
 * @param open the connections to close. Each must be removed from the set when it is closed.
 * @param graceMs how long busy connections may stay open. With 0, all are closed at once, but for those that still get an
 * interruption.
 * @returns once none is open, at most three seconds after the grace time
 */
export async function closeGradually(open: ReadonlySet<Drainable>, graceMs: number): Promise<void> {
  const startedAt = performance.now();
  const plans = new Map<Drainable, ClosePlan>();
  const spreadMs = Math.min(graceMs * spread.graceFraction, open.size * spread.perConnectionMs);
  const deadlineMs = graceMs + interruptionMs + lastSpreadMs + closeTimeoutMs;

  function plan(drainable: Drainable): ClosePlan {
    const existing = plans.get(drainable);
    if (existing !== undefined) return existing;
    const closeByMs = graceMs + interruptionMs + Math.random() * Math.min(lastSpreadMs, graceMs);
    const created = { closeAtMs: Math.random() * spreadMs, closeByMs };
    plans.set(drainable, created);
    return created;
  }

  function step(drainable: Drainable, nowMs: number): void {
    const current = plan(drainable);
    if (current.closedAtMs !== undefined) {
      if (nowMs - current.closedAtMs >= closeTimeoutMs) drainable.terminate();
    } else if (nowMs >= current.closeByMs || (nowMs >= current.closeAtMs && !drainable.isBusy)) {
      current.closedAtMs = nowMs;
      drainable.close();
    } else if (nowMs >= current.closeAtMs) {
      // Not at the instant at which its work ends: all readers of one reply would be closed together.
      current.closeAtMs = nowMs + Math.random() * Math.min(maxRecheckMs, graceMs);
    }
  }

  for (;;) {
    const nowMs = performance.now() - startedAt;
    for (const drainable of open) step(drainable, nowMs);
    if (open.size === 0 || nowMs > deadlineMs) return;
    await setTimeout(tickMs);
  }
}

// Ends one request for one of two reasons: its caller's signal aborts, or the endpoint takes too long.
// Whoever creates a deadline clears it, so that no timer and no listener outlives the request.

export type Deadline = {
  /** Aborts when the caller's signal does or when time is up; its reason is the error to throw. */
  readonly signal: AbortSignal;
  /** Begins a new term, in place of the one that runs; when it is over, the signal aborts with the reason. */
  set(ms: number, reason: () => unknown): void;
  /** Begins the running term anew. */
  extend(): void;
  clear(): void;
};

export function createDeadline(parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  let timer: NodeJS.Timeout | undefined;
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    set(ms, reason) {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(reason()), ms);
    },
    extend() {
      timer?.refresh();
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      parent.removeEventListener('abort', follow);
    },
  };
}

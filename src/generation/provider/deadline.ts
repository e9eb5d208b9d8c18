// Ends one request for one of two reasons: its caller's signal aborts, or the endpoint takes too long.
// Every deadline must be cleared by its creator, so that no timer and no listener outlives the request.

export type Deadline = {
  /** Aborts when the caller's signal does or when time is up; its reason is the error to throw. */
  readonly signal: AbortSignal;
  /** Replaces the running term with a new one; at its end the signal aborts with the reason. */
  set(ms: number, reason: () => unknown): void;
  /** Restarts the running term. */
  extend(): void;
  clear(): void;
};

export function createDeadline(parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const abortWithParent = (): void => controller.abort(parent.reason);
  let timer: NodeJS.Timeout | undefined;
  if (parent.aborted) abortWithParent();
  else parent.addEventListener('abort', abortWithParent, { once: true });
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
      parent.removeEventListener('abort', abortWithParent);
    },
  };
}

// What happens on Ctrl-C: an interrupted run must not leave its servers and its database behind.

/**
 * Cleans up once, however many signals come (a terminal, npm and a parent may each send one), then exits with 130.
 *
 * @returns a function that stops waiting for signals
 */
export function onInterrupt(cleanUp: () => PromiseLike<void>): () => void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void Promise.resolve(cleanUp()).finally(() => process.exit(130));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return () => process.off('SIGINT', stop).off('SIGTERM', stop);
}

// The state of an action that a button starts: whether it is running, and the error if it failed.
import { useState } from 'react';

export type Action<Input extends unknown[]> = {
  isRunning: boolean;
  /** Null if nothing failed. */
  error: unknown;
  run(...input: Input): void;
  reset(): void;
};

export function useAction<Input extends unknown[]>(
  action: (...input: Input) => Promise<unknown>,
): Action<Input> {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function perform(input: Input): Promise<void> {
    setRunning(true);
    setError(null);
    try {
      await action(...input);
    } catch (failure) {
      setError(failure);
    } finally {
      setRunning(false);
    }
  }
  return { isRunning, error, run: (...input) => void perform(input), reset: () => setError(null) };
}

// The newest result of a subscription. While other variables load, the last result stays, so that nothing flickers.
import { useEffect, useState } from 'react';
import { subscribe } from './connection.ts';
import type { TypedDocumentString } from './operations.ts';

export type SubscriptionState<Result> = {
  data: Result | undefined;
  /** Whether the data belongs to earlier variables, or may be out of date after an error. */
  isStale: boolean;
  error: unknown;
};

const retryMs = 3_000;

export function useSubscription<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): SubscriptionState<Result> {
  const [state, setState] = useState<SubscriptionState<Result>>({
    data: undefined,
    isStale: true,
    error: null,
  });
  const key = JSON.stringify(variables);
  useEffect(() => {
    let retry: ReturnType<typeof setTimeout> | undefined;
    let unsubscribe = () => {};
    const start = () => {
      unsubscribe = subscribe<Result, Variables>(document, JSON.parse(key), {
        next: (data) => setState({ data, isStale: false, error: null }),
        error(error) {
          setState((current) => ({ ...current, isStale: true, error }));
          retry = setTimeout(start, retryMs);
        },
      });
    };
    setState((current) => ({ ...current, isStale: true, error: null }));
    start();
    return () => {
      clearTimeout(retry);
      unsubscribe();
    };
  }, [document, key]);
  return state;
}

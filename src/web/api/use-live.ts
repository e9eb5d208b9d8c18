// The newest result of a subscription. While another one is asked for, the last one stays in view: nothing flickers.
import { useEffect, useState } from 'react';
import { follow } from './connection.ts';
import type { TypedDocumentString } from './operations.ts';

export type Live<Result> = {
  data: Result | undefined;
  /** Whether the data is that of other variables still. */
  isStale: boolean;
  error: unknown;
};

const waitMs = 3_000;

export function useLive<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Live<Result> {
  const [live, setLive] = useState<Live<Result>>({ data: undefined, isStale: true, error: null });
  const key = JSON.stringify(variables);
  useEffect(() => {
    let retry: ReturnType<typeof setTimeout> | undefined;
    let unfollow = () => {};
    const begin = () => {
      unfollow = follow<Result, Variables>(document, JSON.parse(key), {
        next: (data) => setLive({ data, isStale: false, error: null }),
        error(error) {
          setLive((now) => ({ ...now, isStale: true, error }));
          retry = setTimeout(begin, waitMs);
        },
      });
    };
    setLive((now) => ({ ...now, isStale: true, error: null }));
    begin();
    return () => {
      clearTimeout(retry);
      unfollow();
    };
  }, [document, key]);
  return live;
}

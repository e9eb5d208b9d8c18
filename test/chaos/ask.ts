// Asks any node, again and again with the same variables, until one acknowledges: as clients are told to.
import { setTimeout as delay } from 'node:timers/promises';
import type { TypedDocumentString } from '../../src/client/operations.ts';
import type { Random } from '../support/random.ts';

export type Ask = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
) => Promise<{ data: Result; attempts: number }>;

/** Impatient clients leave a request on its way, and its repetition races it. */
const patiencesMs = [1_500, 3_000, 9_000] as const;
const longestPauseMs = 300;
const deadlineMs = 60_000;

type Body<Result> = {
  data?: Result | null;
  errors?: { message: string; extensions?: { code?: string } }[];
};

async function post<Result>(url: string, body: string, patienceMs: number): Promise<Body<Result>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
    signal: AbortSignal.timeout(patienceMs),
  });
  return await response.json();
}

export function createAsk(urls: readonly [string, ...string[]], random: Random): Ask {
  /** @returns undefined where nothing is known of it */
  async function attempt<Result>(body: string): Promise<Result | undefined> {
    const answer = await post<Result>(random.pick(urls), body, random.pick(patiencesMs)).catch(
      (): Body<Result> => ({}),
    );
    const errors = answer.errors ?? [];
    if (errors.some(({ extensions }) => extensions?.code !== 'UPSTREAM_FAILED')) {
      throw new Error(`${body.slice(0, 2_000)} was answered with ${JSON.stringify(errors)}.`);
    }
    return errors.length > 0 ? undefined : (answer.data ?? undefined);
  }

  return async <Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ) => {
    const body = JSON.stringify({ query: document.toString(), variables });
    const end = Date.now() + deadlineMs;
    for (let attempts = 1; ; attempts += 1) {
      const data = await attempt<Result>(body);
      if (data !== undefined) return { data, attempts };
      if (Date.now() > end) throw new Error(`${body.slice(0, 2_000)} was not acknowledged in time.`);
      await delay(random.below(longestPauseMs));
    }
  };
}

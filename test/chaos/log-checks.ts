// Holds the log against what clients were told, and what was made of it against the log.
import type pg from 'pg';
import type { Comparison } from '../../src/log/rebuild/row-diff.ts';
import { verify } from '../../src/log/rebuild/verify.ts';
import type { EventReader } from '../support/event-readers.ts';
import type { Ledger } from './ledger.ts';
import type { HeldMessage, Logged, LoggedEvent } from './logged.ts';

/** What an event says, of that of which there must be one. */
function factOf({ type, conversationId, topic, payload }: LoggedEvent): string | undefined {
  if (type === 'START_CONVERSATION') return `${type} ${payload.id} in ${topic}`;
  if (type === 'ADD_MESSAGE') return `${type} ${payload.id} in ${conversationId}: ${payload.content}`;
  if (type === 'UPDATE_MESSAGE' && payload.status !== undefined) return `the end of ${payload.id}`;
  return type === 'UPDATE_MESSAGE' ? undefined : `${type} ${payload.id}`;
}

function* factsOf(ledger: Ledger): Generator<string> {
  for (const [id, topic] of ledger.conversations) yield `START_CONVERSATION ${id} in ${topic}`;
  for (const [id, { conversationId, content }] of ledger.messages) {
    yield `ADD_MESSAGE ${id} in ${conversationId}: ${content}`;
  }
  for (const [id, { conversationId }] of ledger.replies) {
    yield `ADD_MESSAGE ${id} in ${conversationId}: `;
    yield `the end of ${id}`;
  }
}

/** Every writer went on until it was acknowledged: the log holds that once, and nothing else. */
export function checkAcknowledged(ledger: Ledger, { events }: Logged): string[] {
  const found = Map.groupBy(events, factOf);
  const expected = new Set(factsOf(ledger));
  const short = (fact: string) => fact.slice(0, 120);
  const wrong = [...expected]
    .filter((fact) => found.get(fact)?.length !== 1)
    .map((fact) => `${short(fact)}: is in the log ${found.get(fact)?.length ?? 0} times.`);
  const strays = [...found.keys()]
    .filter((fact) => fact !== undefined && !expected.has(fact))
    .map((fact) => `${short(fact ?? '')}: is in the log, though nobody was told so.`);
  return [...wrong, ...strays];
}

export function checkFeedback(ledger: Ledger, { events, messages }: Logged): string[] {
  const isFeedback = (event: LoggedEvent) => event.type === 'UPDATE_MESSAGE' && factOf(event) === undefined;
  const given = Map.groupBy(events.filter(isFeedback), ({ payload }) => payload.username ?? '');
  const strays = [...given.keys()]
    .filter((username) => !ledger.feedback.has(username))
    .map((username) => `Feedback of ${username}: is in the log, though nobody was told so.`);
  const wrong = [...ledger.feedback].flatMap(([username, { messageId, rating, comment, attempts }]) => {
    const count = given.get(username)?.length ?? 0;
    const held = messages.get(messageId)?.feedback[username];
    const isHeld = held?.rating === (rating?.toLowerCase() ?? null) && held?.comment === (comment ?? null);
    return count >= 1 && count <= attempts && isHeld
      ? []
      : [
          `Feedback of ${username} on ${messageId}: sent ${attempts} times, in the log ${count} times, ` +
            `held as ${JSON.stringify(held)} instead of ${rating ?? comment}.`,
        ];
  });
  return [...strays, ...wrong];
}

const tellDifferences = ({ table, differing, differences }: Comparison): string =>
  `${table}: ${differing} rows differ from the log, such as ${JSON.stringify(differences[0])}.`;

/** Offsets and versions without a hole, and projections that are what the log comes to. */
export async function checkProjections(pool: pg.Pool): Promise<string[]> {
  const { signal } = new AbortController();
  const { comparisons } = await verify({ pool, signal, maxDifferences: 3, onProgress: () => {} });
  return comparisons.filter(({ differing }) => differing > 0).map(tellDifferences);
}

type Shown = Pick<HeldMessage, 'id' | 'conversationId' | 'content' | 'status' | 'error' | 'feedback'>;

/** The second reading of the log says the same as the tables. */
export function checkFold({ folded, messages }: Logged): string[] {
  const shown = folded.flatMap(({ id: conversationId, messages: all }) =>
    all.map(({ id, content, status, error, feedback }): Shown => {
      const said = feedback.map(({ username, rating, comment }) => [username, { rating, comment }]);
      return { id, conversationId, content, status, error, feedback: Object.fromEntries(said) };
    }),
  );
  const textOf = (message: Shown | undefined) =>
    JSON.stringify(
      message && { ...message, feedback: Object.entries(message.feedback).sort() },
      (_, value) => (value instanceof Object && 'rating' in value ? [value.rating, value.comment] : value),
    );
  const missing =
    messages.size === shown.length ? [] : [`The fold has ${shown.length} of ${messages.size} messages.`];
  const differing = shown
    .filter((message) => textOf(message) !== textOf(messages.get(message.id)))
    .map(({ id }) => `Message ${id}: the fold and the table disagree.`);
  return [...missing, ...differing];
}

/** Each reader of a topic saw all of its events, once, in order. */
export function checkEventReaders(readers: readonly EventReader[], { events }: Logged): string[] {
  return readers.flatMap(({ name, followed, seen }) => {
    const ids = events.filter(({ topic }) => topic === followed.topic).map(({ id }) => id);
    const wrong = ids.findIndex((id, index) => seen[index] !== id);
    if (wrong === -1 && seen.length === ids.length) return [];
    const at = wrong === -1 ? ids.length : wrong;
    return [`${name}: saw ${seen.length} of ${ids.length} events, and the wrong one or none at ${at}.`];
  });
}

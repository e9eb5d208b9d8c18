// Appends the events of one line to the log, each after the one before it is acknowledged. Events that the log already
// has are not added again.
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { AppError } from '../../errors.ts';
import type { NewEvent } from '../../log/event.ts';
import { fold } from '../../log/fold/fold.ts';
import type { StartEvent } from '../../log/new-event.ts';
import { readHistory } from '../../log/read/history.ts';
import type { LogWriter } from '../../log/writer.ts';
import { missingFrom } from './missing-events.ts';
import type { Entry } from './source.ts';

/** Called for each acknowledged event. @param isNew false if the log already had it */
export type OnAppended = (isNew: boolean) => void;

/** How many conversations are remembered, so that their next lines need no query. */
const maxCachedConversations = 20_000;

type Destination = { writer: LogWriter; pool: pg.Pool; topic: string };

function nameOf({ conversationName }: Entry): string {
  return JSON.stringify(conversationName.slice(0, 60));
}

/** Username of the conversation's owner; undefined if there is no such conversation. */
async function findUsername({ pool, topic }: Destination, entry: Entry): Promise<string | undefined> {
  const id = entry.conversationId;
  const query = {
    name: 'import_conversation',
    text: 'SELECT topic, username FROM conversation WHERE id = $1',
    values: [id],
  };
  const { rows } = await pool.query<{ topic: string; username: string }>(query).catch((cause: Error) => {
    const reason = `Conversation ${id} could not be read from the database: ${cause.message}.`;
    throw new AppError('UPSTREAM_FAILED', reason, { cause });
  });
  const [existing] = rows;
  if (existing === undefined || existing.topic === topic) return existing?.username;
  throw new AppError(
    'CONFLICT',
    `Conversation ${nameOf(entry)} is already in topic ${existing.topic}: it can't be in ${topic} too.`,
  );
}

/** @throws AppError NOT_FOUND if the entry can't start a conversation */
function implicitStartOf(entry: Entry): StartEvent {
  if (entry.implicitStart !== undefined) return entry.implicitStart();
  throw new AppError(
    'NOT_FOUND',
    `There is no conversation ${nameOf(entry)}: no earlier line of the file starts it.`,
  );
}

/** Replaces derived ids in an error by those of the file, where a person can search for them. */
function withOriginalIds({ originals }: Entry, error: unknown): unknown {
  if (!(error instanceof AppError) || originals === undefined) return error;
  const { code, message, cause } = error;
  const translated = [...originals].reduce(
    (text, [id, original]) => text.replaceAll(id, JSON.stringify(original.slice(0, 60))),
    message,
  );
  return new AppError(code, translated, { cause });
}

/**
 * @returns a function that appends an entry's events, after an implicit start if nothing has started its conversation.
 * The caller passes entries of one conversation one after the other. The function throws an AppError: UPSTREAM_FAILED if
 * the database is unavailable, another code if the log refuses an event; the events before it stay in the log.
 */
export function createAppender(
  destination: Destination,
): (entry: Entry, onAppended: OnAppended) => Promise<void> {
  const usernames = new LRUCache<string, string>({ max: maxCachedConversations });

  /** The conversation exists, but not by this event: an equal one started it, or one with other values. */
  async function findMissing(entry: Entry, conflict: AppError): Promise<Entry['events']> {
    if ((await findUsername(destination, entry)) === undefined) throw conflict;
    const existing = fold(await readHistory(destination.pool, { conversationId: entry.conversationId }, {}));
    const missing = existing === undefined ? entry.events : missingFrom(existing, entry.events);
    if (missing[0] !== entry.events[0]) return missing;
    throw new AppError(
      'CONFLICT',
      `Conversation ${nameOf(entry)} is already in topic ${destination.topic}, where it started with other values.`,
    );
  }

  async function appendEntry(entry: Entry, onAppended: OnAppended): Promise<void> {
    const { conversationId, events } = entry;
    const append = async (actor: string, event: NewEvent): Promise<void> => {
      const [appended] = await destination.writer.append({ actor, isPrivileged: true, events: [event] });
      onAppended(appended?.isReplay !== true);
      usernames.set(conversationId, actor);
    };
    const findOrStart = async (): Promise<string> => {
      const username = usernames.get(conversationId) ?? (await findUsername(destination, entry));
      if (username !== undefined) return username;
      const start = implicitStartOf(entry);
      await append(start.payload.username, start);
      return start.payload.username;
    };
    const [first] = events;
    if (first === undefined) return;
    if (first.type !== 'START_CONVERSATION') {
      const username = await findOrStart();
      for (const event of events) await append(username, event);
      return;
    }
    const { username } = first.payload;
    let remaining = events.slice(1);
    try {
      await append(username, first);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
      remaining = await findMissing(entry, error);
      const existingCount = events.length - remaining.length;
      for (let count = 0; count < existingCount; count += 1) onAppended(false);
    }
    for (const event of remaining) await append(username, event);
  }

  return (entry, onAppended) =>
    appendEntry(entry, onAppended).catch((error: unknown) => {
      throw withOriginalIds(entry, error);
    });
}

// Appends what one line says to the log, each event when the one before it is acknowledged.
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { AppError } from '../../errors.ts';
import type { NewEvent } from '../../log/event.ts';
import { fold } from '../../log/fold/fold.ts';
import { readHistory } from '../../log/read/history.ts';
import type { LogWriter } from '../../log/writer.ts';
import { missingFrom } from './missing-events.ts';
import type { Entry, StartEvent } from './source.ts';

/** Told of each event that is acknowledged, and whether the log has it only now. */
export type OnAppended = (isNew: boolean) => void;

/** How many conversations are remembered without asking the database. */
const rememberedConversations = 20_000;

type Destination = { writer: LogWriter; pool: pg.Pool; topic: string };

function nameOf({ conversationName }: Entry): string {
  return JSON.stringify(conversationName.slice(0, 60));
}

/** Whose the conversation is; undefined where there is none. */
async function findUsername({ pool, topic }: Destination, entry: Entry): Promise<string | undefined> {
  const id = entry.conversationId;
  const query = {
    name: 'import_conversation',
    text: 'SELECT topic, username FROM conversation WHERE id = $1',
    values: [id],
  };
  const { rows } = await pool.query<{ topic: string; username: string }>(query).catch((cause: Error) => {
    const reason = `The database could not be asked for conversation ${id}: ${cause.message}.`;
    throw new AppError('UPSTREAM_FAILED', reason, { cause });
  });
  const [found] = rows;
  if (found === undefined || found.topic === topic) return found?.username;
  throw new AppError(
    'CONFLICT',
    `Conversation ${nameOf(entry)} is in topic ${found.topic} already: it can't be in ${topic} too.`,
  );
}

/** @throws AppError NOT_FOUND where an entry without a conversation can't begin one */
function implicitStartOf(entry: Entry): StartEvent {
  if (entry.implicitStart !== undefined) return entry.implicitStart();
  throw new AppError(
    'NOT_FOUND',
    `There is no conversation ${nameOf(entry)}: nothing before this line begins it.`,
  );
}

/** Names things as the file does: nobody would find an id there that only follows from the one that it has. */
function withOriginalIds({ originals }: Entry, error: unknown): unknown {
  if (!(error instanceof AppError) || originals === undefined) return error;
  const { code, message, cause } = error;
  const told = [...originals].reduce(
    (text, [id, original]) => text.replaceAll(id, JSON.stringify(original.slice(0, 60))),
    message,
  );
  return new AppError(code, told, { cause });
}

/**
 * @returns a function that appends an entry's events, and before them what begins the conversation where nothing has.
 * Entries of one conversation are to be given one after the other. It throws an AppError: UPSTREAM_FAILED where the
 * database is away, any other where the log refuses an event; those before it are in the log.
 */
export function createAppender(
  destination: Destination,
): (entry: Entry, onAppended: OnAppended) => Promise<void> {
  const usernames = new LRUCache<string, string>({ max: rememberedConversations });

  /** The conversation is there, though not by this event: by another one that says the same, or something else. */
  async function findMissing(entry: Entry, conflict: AppError): Promise<Entry['events']> {
    if ((await findUsername(destination, entry)) === undefined) throw conflict;
    const held = fold(await readHistory(destination.pool, { conversationId: entry.conversationId }, {}));
    const missing = held === undefined ? entry.events : missingFrom(held, entry.events);
    if (missing[0] !== entry.events[0]) return missing;
    throw new AppError(
      'CONFLICT',
      `Conversation ${nameOf(entry)} is in topic ${destination.topic} already, and began with other values there.`,
    );
  }

  async function appendEntry(entry: Entry, onAppended: OnAppended): Promise<void> {
    const { conversationId, events } = entry;
    const append = async (actor: string, event: NewEvent): Promise<void> => {
      const [appended] = await destination.writer.append({ actor, isPrivileged: true, events: [event] });
      onAppended(appended?.isReplay !== true);
      usernames.set(conversationId, actor);
    };
    const begin = async (): Promise<string> => {
      const known = usernames.get(conversationId) ?? (await findUsername(destination, entry));
      if (known !== undefined) return known;
      const opening = implicitStartOf(entry);
      await append(opening.payload.username, opening);
      return opening.payload.username;
    };
    const [first] = events;
    if (first === undefined) return;
    if (first.type !== 'START_CONVERSATION') {
      const username = await begin();
      for (const event of events) await append(username, event);
      return;
    }
    const { username } = first.payload;
    let rest = events.slice(1);
    try {
      await append(username, first);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
      rest = await findMissing(entry, error);
      for (let known = rest.length; known < events.length; known += 1) onAppended(false);
    }
    for (const event of rest) await append(username, event);
  }

  return (entry, onAppended) =>
    appendEntry(entry, onAppended).catch((error: unknown) => {
      throw withOriginalIds(entry, error);
    });
}

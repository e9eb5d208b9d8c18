// Appends what one line says to the log, each event when the one before it is acknowledged.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import type { NewEvent } from '../log/event.ts';
import type { LogWriter } from '../log/writer.ts';
import { Recent } from './recent.ts';
import type { Entry, StartEvent } from './source.ts';

/** Told of each event that is acknowledged, and whether the log has it only now. */
export type OnAppended = (isNew: boolean) => void;

/** How many conversations are remembered without asking the database. */
const rememberedConversations = 20_000;

type Destination = { writer: LogWriter; pool: pg.Pool; topic: string };

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

/**
 * @returns a function that appends an entry's events, and before them what begins the conversation where nothing has.
 * Entries of one conversation are to be given one after the other. It throws an AppError: UPSTREAM_FAILED where the
 * database is away, any other where the log refuses an event; those before it are in the log.
 */
export function createAppender(
  destination: Destination,
): (entry: Entry, onAppended: OnAppended) => Promise<void> {
  const usernames = new Recent<string>(rememberedConversations);

  return async (entry, onAppended) => {
    const { conversationId, events } = entry;
    const append = async (actor: string, event: NewEvent): Promise<void> => {
      const [appended] = await destination.writer.append({ actor, isPrivileged: true, events: [event] });
      onAppended(appended?.isReplay !== true);
      usernames.set(conversationId, actor);
    };
    const [first] = events;
    if (first === undefined) return;
    let username =
      first.type === 'START_CONVERSATION'
        ? first.payload.username
        : (usernames.get(conversationId) ?? (await findUsername(destination, entry)));
    if (username === undefined) {
      const opening = openingOf(entry);
      username = opening.payload.username;
      await append(username, opening);
    }
    for (const event of events) {
      await append(username, event).catch((error) => explain(destination, entry, { event, error }));
    }
  };
}

/** Puts a refused start into better words: it is about the whole conversation, not only about an id. */
async function explain(
  destination: Destination,
  entry: Entry,
  { event, error }: { event: NewEvent; error: unknown },
): Promise<never> {
  const isTaken =
    error instanceof AppError && error.code === 'CONFLICT' && event.type === 'START_CONVERSATION';
  const username = isTaken ? await findUsername(destination, entry) : undefined;
  if (username === undefined) throw error;
  throw new AppError(
    'CONFLICT',
    `Conversation ${nameOf(entry)} is in topic ${destination.topic} already, and began with other values there.`,
  );
}

function nameOf({ conversationName }: Entry): string {
  return JSON.stringify(conversationName.slice(0, 60));
}

/** @throws AppError NOT_FOUND where an entry without a conversation can't begin one */
function openingOf(entry: Entry): StartEvent {
  if (entry.opening !== undefined) return entry.opening();
  throw new AppError(
    'NOT_FOUND',
    `There is no conversation ${nameOf(entry)}: nothing before this line begins it.`,
  );
}

// What the formats have in common: a source gives, line by line, the events that the log is to hold, or says what is
// wrong with the line. It reads no database, and writes nothing.
import { AppError } from '../../errors.ts';
import type { NewEvent } from '../../log/event.ts';
import type { StartEvent } from '../../log/new-event.ts';
import type { Line } from './parse/lines.ts';

/** What one line says of one conversation. */
export type Entry = {
  conversationId: string;
  /** The conversation as the file names it, for people. */
  conversationName: string;
  /** In their order; only the first can be a start. Their ids are the same whenever they are read. */
  events: (StartEvent | Exclude<NewEvent, { type: 'START_CONVERSATION' }>)[];
  /** What messages are called in the file, by the ids that they have in the log, where these are others. */
  originals?: ReadonlyMap<string, string>;
  /** What begins the conversation where neither the file nor the log did; absent: it must have begun. */
  implicitStart?: () => StartEvent;
};

/** A line of a file, with what it says or why it says nothing. */
export type SourceLine = { line: number; bytes: number } & (Entry | { problem: string });

export type Source = AsyncIterable<SourceLine>;

export type SourceOptions = {
  /** Where it will be imported. */
  topic: string;
  /** Whose a conversation is that names nobody. */
  username: string;
  /** What timestamps without a zone get, such as -05:00; '' leaves them as they are, which means UTC. */
  utcOffset: string;
  /** Most bytes of a message, or of a comment. */
  maxMessageBytes: number;
  /** The time of what has none. */
  now: () => Date;
};

/**
 * A source in which every line speaks for itself.
 * @param parse throws an AppError where it can't read the line
 */
export async function* readByLine(
  lines: AsyncIterable<Line>,
  parse: (text: string) => Entry,
): AsyncGenerator<SourceLine> {
  for await (const line of lines) yield { line: line.line, bytes: line.bytes, ...entryOf(line, parse) };
}

function entryOf(line: Line, parse: (text: string) => Entry): Entry | { problem: string } {
  if ('problem' in line) return { problem: line.problem };
  try {
    return parse(line.text);
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message };
    throw error;
  }
}

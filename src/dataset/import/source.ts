// What all import formats have in common: a source yields, for each line, the events that belong into the log, or what
// is wrong with the line. A source does not use the database.
import { AppError } from '../../errors.ts';
import type { NewEvent } from '../../log/event.ts';
import type { StartEvent } from '../../log/new-event.ts';
import type { Line } from './parse/lines.ts';

/** What one line contains, about one conversation. */
export type Entry = {
  conversationId: string;
  /** The conversation as the file names it, for messages to people. */
  conversationName: string;
  /** In order; only the first may be a start. Reading the line again yields the same ids. */
  events: (StartEvent | Exclude<NewEvent, { type: 'START_CONVERSATION' }>)[];
  /** Ids of messages in the file by their ids in the log, if they differ. */
  originals?: ReadonlyMap<string, string>;
  /** Starts the conversation if neither the file nor the log does. Absent: one of them must. */
  implicitStart?: () => StartEvent;
};

/** A line of a file: its entry, or what is wrong with it. */
export type SourceLine = { line: number; bytes: number } & (Entry | { problem: string });

export type Source = AsyncIterable<SourceLine>;

export type SourceOptions = {
  /** Topic to import into. */
  topic: string;
  /** Owner of conversations for which the file names none. */
  username: string;
  /** Offset such as -05:00 to append to timestamps without a zone; '' leaves them unchanged: they are in UTC. */
  utcOffset: string;
  /** Maximum size of a message or a comment, in bytes of UTF-8. */
  maxMessageBytes: number;
  /** Time of what has no timestamp. */
  now: () => Date;
};

/**
 * A source in which every line can be read by itself.
 * @param parse throws an AppError if it can't read the line
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

// The sources of training data: each line is a conversation of its own.
import { toEntry } from '../imported-conversation.ts';
import { Occurrences } from '../occurrences.ts';
import { readLines } from '../parse/lines.ts';
import { type Entry, readByLine, type Source, type SourceOptions } from '../source.ts';
import { chatFormats } from './chat-lines.ts';

export type ChatFormatName = keyof typeof chatFormats;

/** Reads line after line; how often a line was there before is counted from the first. */
export function createChatReader(name: ChatFormatName, options: SourceOptions): (line: string) => Entry {
  const lines = new Occurrences();
  return (line) => {
    const { captured, canonical } = chatFormats[name](line);
    return toEntry(captured, { canonical, lines }, options);
  };
}

/** The source of a format, by its name. */
export function createChatSource(
  name: ChatFormatName,
): (chunks: AsyncIterable<Buffer>, options: SourceOptions) => Source {
  return (chunks, options) => readByLine(readLines(chunks), createChatReader(name, options));
}

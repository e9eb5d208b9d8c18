// The sources of training data: each line is a conversation of its own.
import { toEntry } from '../imported-conversation.ts';
import { Occurrences } from '../occurrences.ts';
import { readLines } from '../parse/lines.ts';
import { type Entry, readByLine, type Source, type SourceOptions } from '../source.ts';
import { chatFormats } from './chat-lines.ts';

export type ChatFormatName = keyof typeof chatFormats;

/** @returns a function that reads the lines of one file in order: it counts how often each line occurred before */
export function createChatReader(name: ChatFormatName, options: SourceOptions): (line: string) => Entry {
  const lines = new Occurrences();
  return (line) => {
    const { imported, canonical } = chatFormats[name](line);
    return toEntry(imported, { canonical, lines }, options);
  };
}

/** The source of the format with this name. */
export function createChatSource(
  name: ChatFormatName,
): (chunks: AsyncIterable<Buffer>, options: SourceOptions) => Source {
  return (chunks, options) => readByLine(readLines(chunks), createChatReader(name, options));
}

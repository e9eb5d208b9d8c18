// Imports what a source reads into the log: in order within a conversation, many conversations at once.
// A bad line does not affect other lines; an unavailable database ends the import.
import { AppError } from '../../errors.ts';
import { createKeyedQueue } from '../../lib/keyed-queue.ts';
import type { OnAppended } from './append.ts';
import type { Entry, Source } from './source.ts';

export type ImportOptions = {
  /** Throws an AppError: UPSTREAM_FAILED ends the import, any other code makes the line a bad one. */
  append(entry: Entry, onAppended: OnAppended): Promise<void>;
  /** Whether the first bad line ends the import. */
  isStrict: boolean;
  /** Called with each bad line when it is found; if isStrict, once at the end with the first. */
  onBadLine(line: number, reason: string): void;
  /** Called with the number of bytes of the source that are done. */
  onProgress(bytes: number): void;
};

export type ImportResult = {
  /** Events that the import added to the log. */
  added: number;
  /** Events that the log already had. */
  known: number;
  badLines: number;
  /** Why the import ended before the source did. */
  failure: AppError | undefined;
};

/** How many conversations are written at once, and how many lines may wait: the more, the fuller the writer's batches. */
const limits = { keys: 2_000, tasks: 10_000, bytes: 67_108_864 };

class Import {
  readonly #options: ImportOptions;
  /** Keeps the order of lines within a conversation. */
  readonly #queue = createKeyedQueue(limits);
  readonly #result: ImportResult = { added: 0, known: 0, badLines: 0, failure: undefined };
  #firstBadLine = { line: Number.POSITIVE_INFINITY, reason: '' };
  #bytesDone = 0;
  #bug: unknown;

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  async run(source: Source): Promise<ImportResult> {
    try {
      for await (const { line, bytes, ...content } of source) {
        if (this.#isOver(line)) break;
        if ('problem' in content) {
          this.#reject(line, content.problem);
          this.#reportProgress(bytes);
        } else {
          await this.#queue.run(content.conversationId, bytes, () => this.#import(line, bytes, content));
        }
      }
    } finally {
      await this.#queue.drain();
    }
    if (this.#bug !== undefined) throw this.#bug;
    const { isStrict, onBadLine } = this.#options;
    if (isStrict && this.#result.badLines > 0) {
      this.#result.badLines = 1;
      onBadLine(this.#firstBadLine.line, this.#firstBadLine.reason);
    }
    return this.#result;
  }

  /** Whether this line is not imported any more: after a failure, or if strict after the first bad line. */
  #isOver(line: number): boolean {
    const hasFailed = this.#result.failure !== undefined || this.#bug !== undefined;
    return hasFailed || (this.#options.isStrict && line > this.#firstBadLine.line);
  }

  #reject(line: number, reason: string): void {
    this.#result.badLines += 1;
    if (line < this.#firstBadLine.line) this.#firstBadLine = { line, reason };
    if (!this.#options.isStrict) this.#options.onBadLine(line, reason);
  }

  async #import(line: number, bytes: number, entry: Entry): Promise<void> {
    if (this.#isOver(line)) return;
    try {
      await this.#options.append(entry, (isNew) => {
        this.#result[isNew ? 'added' : 'known'] += 1;
      });
    } catch (error) {
      if (!(error instanceof AppError)) this.#bug ??= error;
      else if (error.code === 'UPSTREAM_FAILED') this.#result.failure ??= error;
      else this.#reject(line, error.message);
    }
    this.#reportProgress(bytes);
  }

  #reportProgress(bytes: number): void {
    this.#bytesDone += bytes;
    this.#options.onProgress(this.#bytesDone);
  }
}

/** Imports a source. Appended events stay, however the import ends: importing it again adds only what is missing. */
export function importSource(source: Source, options: ImportOptions): Promise<ImportResult> {
  return new Import(options).run(source);
}

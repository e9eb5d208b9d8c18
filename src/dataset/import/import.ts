// Carries what a source reads to the log: in its order within a conversation, many conversations at once.
// A bad line harms no other; a database that stays away ends it.
import { AppError } from '../../errors.ts';
import { createKeyedQueue } from '../../lib/keyed-queue.ts';
import type { OnAppended } from './append.ts';
import type { Entry, Source } from './source.ts';

export type ImportOptions = {
  /** Throws an AppError: UPSTREAM_FAILED ends the import, any other makes the line a bad one. */
  append(entry: Entry, onAppended: OnAppended): Promise<void>;
  /** Whether the first bad line ends the import. */
  isStrict: boolean;
  /** Told of each bad line as it is found; of the first alone where isStrict. */
  onBadLine(line: number, reason: string): void;
  /** Told how many bytes of the source are done. */
  onProgress(bytes: number): void;
};

export type ImportResult = {
  /** Events that are new in the log. */
  added: number;
  /** Events that it held already. */
  known: number;
  badLines: number;
  /** Why it ended before the source did. */
  failure: AppError | undefined;
};

/** Conversations that are written at once, and lines that wait behind theirs: the more, the fuller the writer's batches. */
const room = { keys: 2_000, tasks: 10_000, bytes: 67_108_864 };

class Import {
  readonly #options: ImportOptions;
  readonly #lanes = createKeyedQueue(room);
  readonly #result: ImportResult = { added: 0, known: 0, badLines: 0, failure: undefined };
  #firstBad = { line: Number.POSITIVE_INFINITY, reason: '' };
  #bytes = 0;
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
          this.#tellProgress(bytes);
        } else await this.#lanes.run(content.conversationId, bytes, () => this.#take(line, bytes, content));
      }
    } finally {
      await this.#lanes.drain();
    }
    if (this.#bug !== undefined) throw this.#bug;
    const { isStrict, onBadLine } = this.#options;
    if (isStrict && this.#result.badLines > 0) {
      this.#result.badLines = 1;
      onBadLine(this.#firstBad.line, this.#firstBad.reason);
    }
    return this.#result;
  }

  /** Whether nothing more is taken, of lines that come after the bad one. */
  #isOver(line: number): boolean {
    const hasFailed = this.#result.failure !== undefined || this.#bug !== undefined;
    return hasFailed || (this.#options.isStrict && line > this.#firstBad.line);
  }

  #reject(line: number, reason: string): void {
    this.#result.badLines += 1;
    if (line < this.#firstBad.line) this.#firstBad = { line, reason };
    if (!this.#options.isStrict) this.#options.onBadLine(line, reason);
  }

  async #take(line: number, bytes: number, entry: Entry): Promise<void> {
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
    this.#tellProgress(bytes);
  }

  #tellProgress(bytes: number): void {
    this.#bytes += bytes;
    this.#options.onProgress(this.#bytes);
  }
}

/** What came into the log stays there, however this ends: the same source again adds only what is missing. */
export function importSource(source: Source, options: ImportOptions): Promise<ImportResult> {
  return new Import(options).run(source);
}

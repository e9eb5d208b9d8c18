// An export that is not kept: its first records, or its counts, within a time that a request may take, and only for as
// long as someone waits. All datasets of an operation are read on one seat, one after the other.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import { exportLines, planExport } from './export.ts';
import type { FormatName } from './formats.ts';
import type { Recipe } from './recipe.ts';
import type { Seats } from './seats.ts';
import { createTally, type Tally } from './tally.ts';

export type Preview = { offset: number | null; records: unknown[] };
export type Summary = { offset: number | null; tally: Tally };

type Asked = {
  format: FormatName;
  recipe: Recipe;
  /** The same for all datasets of an operation. Aborted: nobody waits for it any more. */
  signal: AbortSignal;
};

export type Previews = {
  /** The first records, as the export would write them. @throws AppError */
  preview(asked: Asked, first: number): Promise<Preview>;
  /** What the export would come to. @throws AppError */
  summarize(asked: Asked): Promise<Summary>;
};

/** What an operation holds while its datasets are read. */
type Sitting = { users: number; ends: AbortSignal; last: Promise<unknown>; leave: () => void };

/** @param options.longestMs how long the datasets of one operation may take together */
export function createPreviews(options: { pool: pg.Pool; seats: Seats; longestMs?: number }): Previews {
  const { pool, seats, longestMs = 30_000 } = options;
  const sittings = new WeakMap<AbortSignal, Sitting>();

  function sit(signal: AbortSignal): Sitting {
    const leave = seats.take();
    const ends = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    return { users: 0, ends, last: Promise.resolve(), leave };
  }

  function refusalOf(signal: AbortSignal): AppError {
    if (signal.aborted) return new AppError('LIMIT_EXCEEDED', 'Who asked has gone: nothing more was read.');
    return new AppError(
      'LIMIT_EXCEEDED',
      `This takes longer than ${longestMs / 1_000} s: use the command export, or GET /exports, which may take their time.`,
    );
  }

  /** @param signal of the operation @param work is handed what ends it, by the operation or by the time */
  async function inTurn<T>(signal: AbortSignal, work: (ends: AbortSignal) => Promise<T>): Promise<T> {
    const sitting = sittings.get(signal) ?? sit(signal);
    sittings.set(signal, sitting);
    sitting.users += 1;
    const own = sitting.last.then(() => work(sitting.ends));
    sitting.last = own.catch(() => {});
    try {
      return await own;
    } catch (error) {
      throw sitting.ends.aborted ? refusalOf(signal) : error;
    } finally {
      sitting.users -= 1;
      if (sitting.users === 0) {
        sittings.delete(signal);
        sitting.leave();
      }
    }
  }

  function read(
    { format, recipe, signal }: Asked,
    isEnough: (lines: readonly string[]) => boolean,
  ): Promise<Summary> {
    return inTurn(signal, async (ends) => {
      ends.throwIfAborted();
      const job = await planExport({ pool, format, recipe, pseudonymKey: undefined, signal: ends });
      const tally = createTally();
      for await (const { lines } of exportLines(job, tally)) {
        if (isEnough(lines.map(({ text }) => text))) break;
      }
      return { offset: job.asOf ?? null, tally };
    });
  }

  return {
    async preview(asked, first) {
      const records: unknown[] = [];
      const { offset } = await read(asked, (lines) => {
        records.push(...lines.slice(0, first - records.length).map((line): unknown => JSON.parse(line)));
        return records.length >= first;
      });
      return { offset, records };
    },
    summarize: (asked) => read(asked, () => false),
  };
}

// An export that is not kept: its first records, or its counts, within a time that a request may take, and only for as
// long as someone waits. All datasets of an operation are read on one seat, one after the other.
import type pg from 'pg';
import { AppError } from '../../errors.ts';
import type { ReadSlots } from '../read-slots.ts';
import { exportLines, planExport } from './export.ts';
import { createExportCounts, type ExportCounts } from './export-counts.ts';
import type { FormatName } from './formats/formats.ts';
import type { Recipe } from './recipe.ts';

export type Preview = { offset: number | null; records: unknown[] };
export type Summary = { offset: number | null; tally: ExportCounts };

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
type OperationSlot = { users: number; ends: AbortSignal; last: Promise<unknown>; leave: () => void };

/** @param options.maxMs how long the datasets of one operation may take together */
export function createPreviews(options: { pool: pg.Pool; readSlots: ReadSlots; maxMs?: number }): Previews {
  const { pool, readSlots, maxMs = 30_000 } = options;
  const operationSlots = new WeakMap<AbortSignal, OperationSlot>();

  function openSlot(signal: AbortSignal): OperationSlot {
    const leave = readSlots.acquire();
    const ends = AbortSignal.any([signal, AbortSignal.timeout(maxMs)]);
    return { users: 0, ends, last: Promise.resolve(), leave };
  }

  function refusalOf(signal: AbortSignal): AppError {
    if (signal.aborted) return new AppError('LIMIT_EXCEEDED', 'Who asked has gone: nothing more was read.');
    return new AppError(
      'LIMIT_EXCEEDED',
      `This takes longer than ${maxMs / 1_000} s: use the command export, or GET /exports, which may take their time.`,
    );
  }

  /** @param signal of the operation @param work is handed what ends it, by the operation or by the time */
  async function inTurn<T>(signal: AbortSignal, work: (ends: AbortSignal) => Promise<T>): Promise<T> {
    const operationSlot = operationSlots.get(signal) ?? openSlot(signal);
    operationSlots.set(signal, operationSlot);
    operationSlot.users += 1;
    const own = operationSlot.last.then(() => work(operationSlot.ends));
    operationSlot.last = own.catch(() => {});
    try {
      return await own;
    } catch (error) {
      throw operationSlot.ends.aborted ? refusalOf(signal) : error;
    } finally {
      operationSlot.users -= 1;
      if (operationSlot.users === 0) {
        operationSlots.delete(signal);
        operationSlot.leave();
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
      const tally = createExportCounts();
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

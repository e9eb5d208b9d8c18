// Exports that are not kept: the first records of a dataset, or its counts, within a time limit and only while the client
// waits. All datasets of one GraphQL operation are read one after the other, and share one read slot.
import type pg from 'pg';
import { AppError } from '../../errors.ts';
import type { ReadSlots } from '../read-slots.ts';
import { exportLines, planExport } from './export.ts';
import { createExportCounts, type ExportCounts } from './export-counts.ts';
import type { FormatName } from './formats/formats.ts';
import type { Recipe } from './recipe.ts';

export type Preview = { offset: number | null; records: unknown[] };
export type Summary = { offset: number | null; counts: ExportCounts };

type PreviewRequest = {
  format: FormatName;
  recipe: Recipe;
  /** Identifies the operation: the same for all of its datasets. Aborted when the client disconnects. */
  signal: AbortSignal;
};

export type Previews = {
  /** The first records, as the export would write them. @throws AppError */
  preview(request: PreviewRequest, first: number): Promise<Preview>;
  /** The counts of the export. @throws AppError */
  summarize(request: PreviewRequest): Promise<Summary>;
};

/** What an operation holds while its datasets are read. */
type OperationSlot = {
  /** Datasets that are being read, or wait for their turn. */
  userCount: number;
  /** Aborted with the operation, or when its time is up. */
  signal: AbortSignal;
  last: Promise<unknown>;
  release: () => void;
};

/** @param options.maxMs time limit for all datasets of one operation together; 30 s if omitted */
export function createPreviews(options: { pool: pg.Pool; readSlots: ReadSlots; maxMs?: number }): Previews {
  const { pool, readSlots, maxMs = 30_000 } = options;
  const operationSlots = new WeakMap<AbortSignal, OperationSlot>();

  function openSlot(operation: AbortSignal): OperationSlot {
    const release = readSlots.acquire();
    const signal = AbortSignal.any([operation, AbortSignal.timeout(maxMs)]);
    return { userCount: 0, signal, last: Promise.resolve(), release };
  }

  function abortError(operation: AbortSignal): AppError {
    if (operation.aborted)
      return new AppError('LIMIT_EXCEEDED', 'The client has disconnected: nothing more was read.');
    return new AppError(
      'LIMIT_EXCEEDED',
      `This takes longer than ${maxMs / 1_000} s, the limit of a preview: use the command export or GET /exports, which have no time limit.`,
    );
  }

  /** Runs the work after the operation's earlier work, in the slot that it shares with it. */
  async function runInOrder<T>(
    operation: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const slot = operationSlots.get(operation) ?? openSlot(operation);
    operationSlots.set(operation, slot);
    slot.userCount += 1;
    const result = slot.last.then(() => work(slot.signal));
    slot.last = result.catch(() => {});
    try {
      return await result;
    } catch (error) {
      throw slot.signal.aborted ? abortError(operation) : error;
    } finally {
      slot.userCount -= 1;
      if (slot.userCount === 0) {
        operationSlots.delete(operation);
        slot.release();
      }
    }
  }

  /** @param isEnough called with each batch of lines; reading ends when it returns true */
  function read(
    { format, recipe, signal: operation }: PreviewRequest,
    isEnough: (lines: readonly string[]) => boolean,
  ): Promise<Summary> {
    return runInOrder(operation, async (signal) => {
      signal.throwIfAborted();
      const job = await planExport({ pool, format, recipe, pseudonymKey: undefined, signal });
      const counts = createExportCounts();
      for await (const { lines } of exportLines(job, counts)) {
        if (isEnough(lines.map(({ text }) => text))) break;
      }
      return { offset: job.asOf ?? null, counts };
    });
  }

  return {
    async preview(request, first) {
      const records: unknown[] = [];
      const { offset } = await read(request, (lines) => {
        records.push(...lines.slice(0, first - records.length).map((line): unknown => JSON.parse(line)));
        return records.length >= first;
      });
      return { offset, records };
    },
    summarize: (request) => read(request, () => false),
  };
}

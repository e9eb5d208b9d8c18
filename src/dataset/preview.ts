// An export that is not kept: its first records, or its counts, within a time that a request may take.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import { exportLines, planExport } from './export.ts';
import type { FormatName } from './formats.ts';
import { readRecipe } from './recipe.ts';
import { createTally, type Tally } from './tally.ts';

export type Preview = { offset: number | null; records: unknown[] };
export type Summary = { offset: number | null; tally: Tally };

type Asked = { pool: pg.Pool; format: FormatName; settings: Record<string, unknown> };

const longestMs = 30_000;

async function run(
  { pool, format, settings }: Asked,
  isEnough: (lines: readonly string[]) => boolean,
): Promise<Summary> {
  const job = await planExport({ pool, format, recipe: readRecipe(settings), pseudonymKey: undefined });
  const tally = createTally();
  const until = Date.now() + longestMs;
  for await (const { lines } of exportLines(job, tally)) {
    if (isEnough(lines.map(({ text }) => text))) break;
    if (Date.now() < until) continue;
    throw new AppError(
      'LIMIT_EXCEEDED',
      `This takes longer than ${longestMs / 1_000} s: narrow it with from and to, or use the command export.`,
    );
  }
  return { offset: job.asOf ?? null, tally };
}

/** The first records, as the export would write them. @throws AppError */
export async function previewExport(asked: Asked, first: number): Promise<Preview> {
  const records: unknown[] = [];
  const { offset } = await run(asked, (lines) => {
    records.push(...lines.slice(0, first - records.length).map((line): unknown => JSON.parse(line)));
    return records.length >= first;
  });
  return { offset, records };
}

/** What the export would come to. @throws AppError */
export function summarizeExport(asked: Asked): Promise<Summary> {
  return run(asked, () => false);
}

// The beginning of an export, for those who want to see it before they make it: bounded in what it reads, so that
// whoever asks waits for seconds at most.
import { type ExportJob, exportLines } from './export.ts';
import { createTally, type Tally } from './tally.ts';

export type Sample = {
  job: ExportJob;
  lines: string[];
  tally: Tally;
  /** Whether it came to the end: else there may be more. */
  isWhole: boolean;
};

/** Conversations that are looked at; a batch more may be counted. */
export const mostConversations = 5_000;

/** @param mostLines where it ends; what is counted may be of a few records more */
export async function readSample(job: ExportJob, mostLines = Number.POSITIVE_INFINITY): Promise<Sample> {
  const tally = createTally();
  const lines: string[] = [];
  const hasEnough = () => lines.length > mostLines || tally.conversations >= mostConversations;
  let isWhole = true;
  for await (const batch of exportLines(job, tally)) {
    // A summary needs no lines.
    if (mostLines !== Number.POSITIVE_INFINITY) lines.push(...batch.lines.map(({ text }) => text));
    if (!hasEnough()) continue;
    isWhole = false;
    break;
  }
  return { job, lines: lines.slice(0, mostLines), tally, isWhole };
}

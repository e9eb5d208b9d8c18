// Counts what an export came to: what it took, where that came from, and what it left out and why.
import type { ExportRecord } from './record.ts';

/** Why something that could have been a record is none. */
export const skipReasons = [
  /** Its roles don't alternate as trainers demand. */
  'roles',
  'emptyContent',
  'tooLong',
  'tooFewRaters',
  'sameText',
  'duplicate',
  /** All its replies were disliked. */
  'nothingToLearn',
] as const;
export type SkipReason = (typeof skipReasons)[number];

export type ExportCounts = {
  conversations: number;
  messages: number;
  records: number;
  /** Of records, by what they come from. */
  provenance: Record<string, number>;
  /** Contradictions between authors, by what became of them. */
  conflicts: { found: number; decided: number; dropped: number; keptAll: number };
  skipped: Record<SkipReason, number>;
  /** Records by the model whose reply they teach. */
  models: Record<string, number>;
  /** Of labelled records, by their label. */
  labels: { true: number; false: number };
  /** In the messages of records. */
  characters: number;
};

export function createExportCounts(): ExportCounts {
  return {
    conversations: 0,
    messages: 0,
    records: 0,
    provenance: {},
    conflicts: { found: 0, decided: 0, dropped: 0, keptAll: 0 },
    skipped: {
      ...{ roles: 0, emptyContent: 0, tooLong: 0, tooFewRaters: 0, sameText: 0, duplicate: 0 },
      nothingToLearn: 0,
    },
    models: {},
    labels: { true: 0, false: 0 },
    characters: 0,
  };
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** How many tokens records have, roughly: four characters each, as in English. */
export function estimateTokens({ characters }: ExportCounts): number {
  return Math.ceil(characters / 4);
}

export function countRecord(tally: ExportCounts, draft: ExportRecord, characters: number): void {
  tally.records += 1;
  tally.characters += characters;
  increment(tally.provenance, draft.from);
  increment(tally.models, draft.model);
  if (draft.label !== undefined) tally.labels[draft.label ? 'true' : 'false'] += 1;
}

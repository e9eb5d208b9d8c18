// Counts what an export writes, where it comes from, and what it leaves out and why.
import type { ExportRecord } from './record.ts';

/** Why something that could have been a record was left out. */
export const skipReasons = [
  /** Its roles do not alternate as trainers require. */
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
  /** Records by the kind of feedback that they come from. */
  provenance: Record<string, number>;
  /** Contradictions between authors, by how they were resolved. */
  conflicts: { found: number; decided: number; dropped: number; keptAll: number };
  skipped: Record<SkipReason, number>;
  /** Records by the model whose reply they teach. */
  models: Record<string, number>;
  /** Records of labelled formats, by their label. */
  labels: { true: number; false: number };
  /** Characters in the messages of records. */
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
      roles: 0,
      emptyContent: 0,
      tooLong: 0,
      tooFewRaters: 0,
      sameText: 0,
      duplicate: 0,
      nothingToLearn: 0,
    },
    models: {},
    labels: { true: 0, false: 0 },
    characters: 0,
  };
}

function increment(countsByKey: Record<string, number>, key: string): void {
  countsByKey[key] = (countsByKey[key] ?? 0) + 1;
}

/** A rough estimate of the tokens in the records: one for four characters, as in English. */
export function estimateTokens({ characters }: ExportCounts): number {
  return Math.ceil(characters / 4);
}

/** Adds one record to the counts. */
export function countRecord(counts: ExportCounts, record: ExportRecord, characters: number): void {
  counts.records += 1;
  counts.characters += characters;
  increment(counts.provenance, record.from);
  increment(counts.models, record.model);
  if (record.label !== undefined) counts.labels[record.label ? 'true' : 'false'] += 1;
}

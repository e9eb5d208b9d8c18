// From the log to lines of training data: reads past conversations, has a format make records of them, and removes what
// is private. The lines are a pure function of the log, the offset and the recipe; memory does not grow with the log.
import type pg from 'pg';
import { AppError } from '../../errors.ts';
import { type PastConversation, readConversations } from '../../log/read/conversations.ts';
import { readEnds } from '../../log/read/pages.ts';
import { createNames, type Pseudonyms } from '../privacy/pseudonyms.ts';
import { createRedactor } from '../privacy/redact.ts';
import { type Privacy, withoutPrivate } from '../privacy/scrub.ts';
import { type Duplicates, openDuplicates } from './duplicates.ts';
import { countRecord, type ExportCounts } from './export-counts.ts';
import { type FormatName, formats } from './formats/formats.ts';
import type { Recipe } from './recipe.ts';
import type { ExportRecord } from './record.ts';
import { partOf } from './split.ts';

export type ExportJob = {
  pool: pg.Pool;
  format: FormatName;
  recipe: Recipe;
  /** The last offset to export; undefined if the topic has no events. */
  asOf: number | undefined;
  /** Makes the pseudonyms of one conversation. */
  namesOf: () => Pseudonyms;
  /** Cancels the export and its queries in Postgres. */
  signal: AbortSignal;
};

export type ExportLine = {
  /** Name of its part of the split; '' if there is no split. */
  part: string;
  /** JSON, without a line feed. */
  text: string;
};

export type ExportBatch = {
  lines: ExportLine[];
  /** Offset of the log up to which conversations were read. */
  offset: number;
};

/** A record whose line is complete but for its provenance. */
type RenderedRecord = {
  record: ExportRecord;
  text: string;
  characters: number;
  provenance: string;
  part: string;
};

const maxBatchCharacters = 262_144;

/**
 * The offset at which to export.
 * @throws AppError INVALID_INPUT if it is beyond the end of the log
 */
async function readAsOf(pool: pg.Pool, recipe: Recipe): Promise<number | undefined> {
  const { topic, 'as-of': requested } = recipe;
  const next = (await readEnds(pool, [topic])).get(topic) ?? 0;
  if (requested === undefined) return next === 0 ? undefined : next - 1;
  if (requested < next) return requested;
  const end = next === 0 ? 'which has no events' : `whose newest offset is ${next - 1}`;
  throw new AppError('INVALID_INPUT', `as-of ${requested} is beyond the end of topic ${topic}, ${end}.`);
}

/**
 * Decides everything that must be known before the log is read.
 * @param options.pseudonymKey key of the hashes that replace usernames
 * @param options.signal cancels the export
 * @throws AppError INVALID_INPUT
 */
export async function planExport(options: {
  pool: pg.Pool;
  format: FormatName;
  recipe: Recipe;
  pseudonymKey: string | undefined;
  signal: AbortSignal;
}): Promise<ExportJob> {
  const { pool, format, recipe, pseudonymKey, signal } = options;
  const namesOf = createNames(recipe, pseudonymKey);
  return { pool, format, recipe, namesOf, signal, asOf: await readAsOf(pool, recipe) };
}

/** Characters of all texts called `content` in a record. */
function charactersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const [name, inner] of Object.entries(value)) {
    sum += name === 'content' && typeof inner === 'string' ? inner.length : charactersIn(inner);
  }
  return sum;
}

function renderProvenance(
  record: ExportRecord,
  conversationId: string,
  { recipe }: ExportJob,
  names: Pseudonyms,
): string {
  if (!recipe.provenance) return '';
  const { from, messageIds, authors } = record;
  const isNamed = recipe.usernames || recipe.pseudonymise;
  const provenance = {
    from,
    conversation: conversationId,
    messages: messageIds,
    raters: authors.length,
    ...(isNamed && {
      authors: authors.map(({ username, source }) => ({ username: names(username), source })),
    }),
  };
  return `,"provenance":${JSON.stringify(provenance)}`;
}

async function* renderRecords(
  past: PastConversation,
  job: ExportJob,
  counts: ExportCounts,
): AsyncGenerator<RenderedRecord> {
  const { recipe } = job;
  const format = formats[job.format];
  const names = job.namesOf();
  const privacy: Privacy = { names, redactor: recipe.redact ? createRedactor() : undefined };
  const hasPrivate = format.holdsUsernames || privacy.redactor !== undefined;
  const { id, username } = past.snapshot;
  const part = recipe.split === undefined ? '' : partOf(recipe.split, recipe.by === 'user' ? username : id);
  const maxCharacters = recipe['max-characters'] ?? Number.POSITIVE_INFINITY;
  for (const record of format.records(past, recipe, counts)) {
    const characters = charactersIn(record.value);
    if (characters > maxCharacters) {
      counts.skipped.tooLong += 1;
      continue;
    }
    const value = hasPrivate ? await withoutPrivate(record.value, privacy) : record.value;
    const provenance = renderProvenance(record, id, job, names);
    yield { record, text: JSON.stringify(value), characters, provenance, part };
  }
}

/** Leaves out duplicates, counts the records that remain, and makes lines of them. */
async function toLines(
  rendered: RenderedRecord[],
  duplicates: Duplicates | undefined,
  counts: ExportCounts,
): Promise<ExportLine[]> {
  const isNew = await duplicates?.findNew(rendered.map(({ text }) => text));
  const lines: ExportLine[] = [];
  for (const [index, { record, text, characters, provenance, part }] of rendered.entries()) {
    if (isNew?.[index] === false) {
      counts.skipped.duplicate += 1;
      continue;
    }
    countRecord(counts, record, characters);
    lines.push({ part, text: provenance === '' ? text : `${text.slice(0, -1)}${provenance}}` });
  }
  return lines;
}

async function* batchesOf(
  job: ExportJob & { asOf: number },
  duplicates: Duplicates | undefined,
  counts: ExportCounts,
): AsyncGenerator<ExportBatch> {
  const span = { topic: job.recipe.topic, asOf: job.asOf };
  let pending: RenderedRecord[] = [];
  let characters = 0;
  for await (const pasts of readConversations(job.pool, span, job.signal)) {
    let offset = 0;
    for (const past of pasts) {
      offset = past.startedAtOffset;
      counts.conversations += 1;
      counts.messages += past.snapshot.messages.length;
      for await (const rendered of renderRecords(past, job, counts)) {
        pending.push(rendered);
        characters += rendered.text.length;
        if (characters < maxBatchCharacters) continue;
        yield { lines: await toLines(pending, duplicates, counts), offset };
        pending = [];
        characters = 0;
      }
    }
    yield { lines: await toLines(pending, duplicates, counts), offset };
    pending = [];
    characters = 0;
  }
}

/**
 * The lines of an export, batch by batch. Adds what is exported and what is left out to the counts.
 * @throws the reason of the job's signal once it is aborted
 */
export async function* exportLines(job: ExportJob, counts: ExportCounts): AsyncGenerator<ExportBatch> {
  const { asOf } = job;
  if (asOf === undefined) return;
  const duplicates = job.recipe.deduplicate ? await openDuplicates(job.pool) : undefined;
  try {
    yield* batchesOf({ ...job, asOf }, duplicates, counts);
  } finally {
    duplicates?.close();
  }
}

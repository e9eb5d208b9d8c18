// From the log to lines of training data: reads conversations as they stood, has a format make records of them, and
// takes what is private out of these. A pure function of the log, the offset and the recipe; its memory does not grow.
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
  /** The last offset that counts; undefined where the topic has no events. */
  asOf: number | undefined;
  /** Makes the names of one conversation. */
  namesOf: () => Pseudonyms;
  /** Ends it, with what runs for it in Postgres. */
  signal: AbortSignal;
};

export type ExportLine = {
  /** The part of the split; '' where there is no split. */
  part: string;
  /** JSON, without a line feed. */
  text: string;
};

export type ExportBatch = {
  lines: ExportLine[];
  /** How far it came in the log. */
  offset: number;
};

/** A record that is a line already, but for its provenance. */
type Prepared = { draft: ExportRecord; text: string; characters: number; provenance: string; part: string };

/** Characters of lines that are handed on together. */
const maxBatch = 262_144;

/**
 * The offset that the export holds at.
 * @throws AppError INVALID_INPUT where the log has not come so far
 */
async function readAsOf(pool: pg.Pool, recipe: Recipe): Promise<number | undefined> {
  const { topic, 'as-of': given } = recipe;
  const next = (await readEnds(pool, [topic])).get(topic) ?? 0;
  if (given === undefined) return next === 0 ? undefined : next - 1;
  if (given < next) return given;
  const end = next === 0 ? 'which has no events' : `whose newest offset is ${next - 1}`;
  throw new AppError('INVALID_INPUT', `as-of ${given} is beyond the end of topic ${topic}, ${end}.`);
}

/**
 * Everything that is decided before the log is read.
 * @param options.pseudonymKey what hashes of usernames are made with
 * @param options.signal ends the export
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

function charactersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const [name, inner] of Object.entries(value)) {
    sum += name === 'content' && typeof inner === 'string' ? inner.length : charactersIn(inner);
  }
  return sum;
}

function provenanceOf(
  draft: ExportRecord,
  { snapshot }: PastConversation,
  job: ExportJob,
  names: Pseudonyms,
): string {
  if (!job.recipe.provenance) return '';
  const { from, messageIds, authors } = draft;
  const isNamed = job.recipe.usernames || job.recipe.pseudonymise;
  const provenance = {
    ...{ from, conversation: snapshot.id, messages: messageIds, raters: authors.length },
    ...(isNamed && {
      authors: authors.map(({ username, source }) => ({ username: names(username), source })),
    }),
  };
  return `,"provenance":${JSON.stringify(provenance)}`;
}

async function* prepare(
  past: PastConversation,
  job: ExportJob,
  tally: ExportCounts,
): AsyncGenerator<Prepared> {
  const { recipe } = job;
  const names = job.namesOf();
  const privacy: Privacy = { names, redactor: recipe.redact ? createRedactor() : undefined };
  const { holdsUsernames } = formats[job.format];
  const { id, username } = past.snapshot;
  const part = recipe.split === undefined ? '' : partOf(recipe.split, recipe.by === 'user' ? username : id);
  const maxCharacters = recipe['max-characters'] ?? Number.POSITIVE_INFINITY;
  for (const draft of formats[job.format].records(past, recipe, tally)) {
    const characters = charactersIn(draft.value);
    if (characters > maxCharacters) {
      tally.skipped.tooLong += 1;
      continue;
    }
    const isPrivate = holdsUsernames || privacy.redactor !== undefined;
    const value = isPrivate ? await withoutPrivate(draft.value, privacy) : draft.value;
    const provenance = provenanceOf(draft, past, job, names);
    yield { draft, text: JSON.stringify(value), characters, provenance, part };
  }
}

async function finish(
  prepared: Prepared[],
  duplicates: Duplicates | undefined,
  tally: ExportCounts,
): Promise<ExportLine[]> {
  const isNew = await duplicates?.findNew(prepared.map(({ text }) => text));
  const lines: ExportLine[] = [];
  for (const [index, { draft, text, characters, provenance, part }] of prepared.entries()) {
    if (isNew?.[index] === false) {
      tally.skipped.duplicate += 1;
      continue;
    }
    countRecord(tally, draft, characters);
    lines.push({ part, text: provenance === '' ? text : `${text.slice(0, -1)}${provenance}}` });
  }
  return lines;
}

async function* batchesOf(
  job: ExportJob & { asOf: number },
  duplicates: Duplicates | undefined,
  tally: ExportCounts,
): AsyncGenerator<ExportBatch> {
  const span = { topic: job.recipe.topic, asOf: job.asOf };
  let prepared: Prepared[] = [];
  let characters = 0;
  for await (const pasts of readConversations(job.pool, span, job.signal)) {
    let offset = 0;
    for (const past of pasts) {
      offset = past.startedAtOffset;
      tally.conversations += 1;
      tally.messages += past.snapshot.messages.length;
      for await (const one of prepare(past, job, tally)) {
        prepared.push(one);
        characters += one.text.length;
        if (characters < maxBatch) continue;
        yield { lines: await finish(prepared, duplicates, tally), offset };
        prepared = [];
        characters = 0;
      }
    }
    yield { lines: await finish(prepared, duplicates, tally), offset };
    prepared = [];
    characters = 0;
  }
}

/**
 * The lines of an export, batch by batch; what they come to is counted in the tally.
 * @throws the reason of the job's signal once it is aborted
 */
export async function* exportLines(job: ExportJob, tally: ExportCounts): AsyncGenerator<ExportBatch> {
  const { asOf } = job;
  if (asOf === undefined) return;
  const duplicates = job.recipe.deduplicate ? await openDuplicates(job.pool) : undefined;
  try {
    yield* batchesOf({ ...job, asOf }, duplicates, tally);
  } finally {
    duplicates?.close();
  }
}

// dataset.json: what an export contains, how it was made, and the hash of each of its files. It holds nothing that
// differs between two runs of the same export.
import { z } from 'zod';
import { version } from '../../version.ts';
import type { ExportJob } from './export.ts';
import { type ExportCounts, estimateTokens } from './export-counts.ts';
import { formats } from './formats/formats.ts';

export const manifestName = 'dataset.json';

const count = z.int().min(0);
const countsByKey = z.record(z.string(), count);

const fileSchema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*\.jsonl$/),
  records: count,
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export const manifestSchema = z.object({
  afterword: z.string(),
  format: z.string(),
  topic: z.string(),
  /** Null: the topic had no events. */
  asOf: z.number().nullable(),
  /** The recipe, by the names of the command line; settings without a value are absent. */
  settings: z.record(z.string(), z.json()),
  counts: z.object({ conversations: count, messages: count, records: count }),
  tokenEstimate: count,
  /** Records by the kind of feedback that they come from. */
  provenance: countsByKey,
  labels: z.object({ true: count, false: count }).optional(),
  models: countsByKey,
  conflicts: z.object({ found: count, decided: count, dropped: count, keptAll: count }),
  /** What could have been a record and was left out, by the reason. */
  skipped: countsByKey,
  files: z.array(fileSchema),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];

export function createManifest(job: ExportJob, counts: ExportCounts, files: ManifestFile[]): Manifest {
  const { topic, 'as-of': _asOf, ...settings } = job.recipe;
  const { conversations, messages, records } = counts;
  return manifestSchema.parse({
    afterword: version,
    format: job.format,
    topic,
    asOf: job.asOf ?? null,
    settings: JSON.parse(JSON.stringify(settings)),
    counts: { conversations, messages, records },
    tokenEstimate: estimateTokens(counts),
    provenance: counts.provenance,
    models: counts.models,
    conflicts: counts.conflicts,
    skipped: counts.skipped,
    files,
    ...(formats[job.format].isLabelled && { labels: counts.labels }),
  });
}

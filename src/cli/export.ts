// Exports what people said as training data, into a folder that says how it was made; and checks such a folder.
import { setFlagsFromString } from 'node:v8';
import { parseConfig, readEnvironment } from '../config.ts';
import { type ExportJob, exportLines, planExport } from '../dataset/export/export.ts';
import { createExportCounts, type ExportCounts } from '../dataset/export/export-counts.ts';
import { type DatasetFolder, openFolder } from '../dataset/export/folder.ts';
import { type FormatName, formatNames, formats, readFormatName } from '../dataset/export/formats/formats.ts';
import { createManifest, type Manifest } from '../dataset/export/manifest.ts';
import { type Recipe, readRecipe, recipeSettings } from '../dataset/export/recipe.ts';
import { verifyFolder } from '../dataset/export/verify.ts';
import { AppError } from '../errors.ts';
import { type Command, checkNoMore, readArgs, UsageError } from './command.ts';
import { openDatabase } from './database.ts';
import { reportOf } from './export-report.ts';
import { createProgress } from './progress.ts';

const indent = 29;

function helpOf({ name, value, meaning }: (typeof recipeSettings)[number]): string {
  return `  ${`--${name}${value === '' ? '' : ` ${value}`}`.padEnd(indent - 2)}${meaning}`;
}

const usage = `Usage: npm run afterword -- export FORMAT --out DIR [OPTION…]
       npm run afterword -- export verify DIR

Writes training data and a manifest (dataset.json) into a new or empty folder. For one offset of the log it writes the
same bytes each time, on any node. verify checks such a folder against its manifest.

Formats:
${formatNames.map((name) => `  ${name.padEnd(indent - 2)}${formats[name].summary}`).join('\n')}

Options:
${`  --out DIR`.padEnd(indent)}the folder to write
${recipeSettings.map(helpOf).join('\n')}

Ends with 0 where all went well, 1 where the export failed (and left no manifest) or verify found a difference, 2 where
the arguments make no sense, 3 where nothing matched (the files are empty), and 130 when it was interrupted.
`;

const nothingMatched = 3;
/** V8 would rather let its heap grow than collect what was written long ago: by 200 MB, for nothing. */
const heapFlags = ['--semi-space-growth-factor=1', '--heap-growing-percent=50'];
const options = Object.fromEntries([
  ['out', { type: 'string' }],
  ...recipeSettings.map(({ name, value }) => [name, { type: value === '' ? 'boolean' : 'string' }]),
]);

/** The files of an export, by the parts that its lines are of. */
function filesOf(format: FormatName, { split }: Recipe): Map<string, string> {
  if (split === undefined) return new Map([['', `${format}.jsonl`]]);
  return new Map(split.map(({ name }) => [name, `${name}.jsonl`]));
}

async function writeLines(job: ExportJob, tally: ExportCounts, folder: DatasetFolder): Promise<void> {
  const progress = createProgress('Exporting', (job.asOf ?? -1) + 1);
  try {
    for await (const { lines, offset } of exportLines(job, tally)) {
      job.signal.throwIfAborted();
      await folder.write(lines);
      progress.report(offset + 1);
    }
  } finally {
    progress.end();
  }
}

async function exportTo(out: string, job: ExportJob): Promise<{ manifest: Manifest; tally: ExportCounts }> {
  const folder = await openFolder(out, filesOf(job.format, job.recipe));
  try {
    const tally = createExportCounts();
    await writeLines(job, tally, folder);
    const manifest = await folder.finish((files) => createManifest(job, tally, files));
    return { manifest, tally };
  } finally {
    await folder.close();
  }
}

async function runExport(
  given: { name: string; out: string; settings: Record<string, unknown> },
  signal: AbortSignal,
): Promise<number> {
  const format = readFormatName(given.name);
  const recipe = readRecipe(given.settings);
  const { pseudonymKey } = parseConfig(readEnvironment());
  await using stack = new AsyncDisposableStack();
  const { pool } = await openDatabase(stack);
  const job = await planExport({ pool, format, recipe, pseudonymKey, signal });
  const { manifest, tally } = await exportTo(given.out, job);
  const { summary, notes } = reportOf(manifest, given.out);
  process.stdout.write(summary);
  for (const note of notes) process.stderr.write(`${note}\n`);
  return tally.records === 0 ? nothingMatched : 0;
}

async function runVerify(folder: string): Promise<number> {
  const { manifest, problems } = await verifyFolder(folder);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) return 1;
  const { counts, topic, asOf, files } = manifest;
  process.stdout.write(
    `${folder} is as it was exported: ${counts.records} records in ${files.length} file(s), of topic ${topic} as of offset ${asOf ?? 'none'}.\n`,
  );
  return 0;
}

function readCall(args: string[]) {
  const { values, positionals } = readArgs(args, { allowPositionals: true, options });
  const [name, ...rest] = positionals;
  const given: Record<string, unknown> = { ...values };
  const { out, ...settings } = given;
  const isVerify = name === 'verify';
  if (name === undefined) throw new UsageError('Give a format.');
  if (isVerify && rest.length !== 1) throw new UsageError('Give one folder to verify.');
  if (!isVerify) checkNoMore(rest);
  if (isVerify) return { verify: rest[0] ?? '' };
  if (typeof out !== 'string' || out === '') throw new UsageError('Give the folder to write: --out DIR.');
  return { name, out, settings };
}

async function runCall(args: string[], signal: AbortSignal): Promise<number> {
  const call = readCall(args);
  if ('verify' in call) return await runVerify(call.verify);
  for (const heapFlag of heapFlags) setFlagsFromString(heapFlag);
  try {
    readFormatName(call.name);
    readRecipe(call.settings);
  } catch (error) {
    throw error instanceof AppError ? new UsageError(error.message) : error;
  }
  return await runExport(call, signal);
}

export const exportCommand: Command = {
  summary: 'writes what people said as training data',
  usage,
  async run(args) {
    const interrupt = new AbortController();
    const onInterrupt = () => interrupt.abort();
    process.once('SIGINT', onInterrupt);
    try {
      return await runCall(args, interrupt.signal);
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      process.stderr.write('Interrupted: nothing was exported.\n');
      return 130;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};

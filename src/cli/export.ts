// `export`: writes feedback as training data into a folder with a manifest. `export verify` checks such a folder.
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
const maxColumns = 120;

/** Breaks a text into lines that fit beside the names of options. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trimStart();
    if (line.length > maxColumns - indent) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

function helpOf({ name, value, meaning }: (typeof recipeSettings)[number]): string {
  return `  ${`--${name}${value === '' ? '' : ` ${value}`}`.padEnd(indent - 2)}${wrap(meaning)}`;
}

const usage = `Usage: npm run afterword -- export FORMAT --out DIR [OPTION…]
       npm run afterword -- export verify DIR

Writes training data and a manifest (dataset.json) into a new or empty folder. For one offset of the log, it writes the
same bytes each time, on any node. verify checks such a folder against its manifest.

Formats:
${formatNames.map((name) => `  ${name.padEnd(indent - 2)}${formats[name].summary}`).join('\n')}

Options:
${`  --out DIR`.padEnd(indent)}the folder to write
${recipeSettings.map(helpOf).join('\n')}

Exit codes: 0 success, 1 the export failed (and left no manifest) or verify found a difference, 2 invalid arguments,
3 nothing matched (the files are empty), 130 interrupted.
`;

const nothingMatched = 3;
/** Without them, V8 lets its heap grow by 200 MB before it collects what was written long ago. */
const heapFlags = ['--semi-space-growth-factor=1', '--heap-growing-percent=50'];
const options = Object.fromEntries([
  ['out', { type: 'string' }],
  ...recipeSettings.map(({ name, value }) => [name, { type: value === '' ? 'boolean' : 'string' }]),
]);

/** Names of the files of an export, by the parts of its split. */
function fileNamesOf(format: FormatName, { split }: Recipe): Map<string, string> {
  if (split === undefined) return new Map([['', `${format}.jsonl`]]);
  return new Map(split.map(({ name }) => [name, `${name}.jsonl`]));
}

async function writeLines(job: ExportJob, counts: ExportCounts, folder: DatasetFolder): Promise<void> {
  const progress = createProgress('Exporting', (job.asOf ?? -1) + 1);
  try {
    for await (const { lines, offset } of exportLines(job, counts)) {
      job.signal.throwIfAborted();
      await folder.write(lines);
      progress.report(offset + 1);
    }
  } finally {
    progress.end();
  }
}

async function exportTo(out: string, job: ExportJob): Promise<Manifest> {
  const folder = await openFolder(out, fileNamesOf(job.format, job.recipe));
  try {
    const counts = createExportCounts();
    await writeLines(job, counts, folder);
    return await folder.finish((files) => createManifest(job, counts, files));
  } finally {
    await folder.close();
  }
}

async function runExport(
  { format, recipe, out }: { format: FormatName; recipe: Recipe; out: string },
  signal: AbortSignal,
): Promise<number> {
  const { pseudonymKey } = parseConfig(readEnvironment());
  await using stack = new AsyncDisposableStack();
  const { pool } = await openDatabase(stack);
  const job = await planExport({ pool, format, recipe, pseudonymKey, signal });
  const manifest = await exportTo(out, job);
  const { summary, notes } = reportOf(manifest, out);
  process.stdout.write(summary);
  for (const note of notes) process.stderr.write(`${note}\n`);
  return manifest.counts.records === 0 ? nothingMatched : 0;
}

async function runVerify(folder: string): Promise<number> {
  const { manifest, problems } = await verifyFolder(folder);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) return 1;
  const { counts, topic, asOf, files } = manifest;
  process.stdout.write(
    `${folder} is unchanged since its export: ${counts.records} records in ${files.length} file(s), of topic ${topic} as of offset ${asOf ?? 'none'}.\n`,
  );
  return 0;
}

function readArguments(args: string[]) {
  const { values, positionals } = readArgs(args, { allowPositionals: true, options });
  const { out, ...settings }: Record<string, unknown> = { ...values };
  const [name, ...more] = positionals;
  if (name === undefined) throw new UsageError('Give a format.');
  if (name === 'verify') {
    const [folder, ...others] = more;
    if (folder === undefined) throw new UsageError('Give the folder to verify.');
    checkNoMore(others);
    return { verify: folder };
  }
  checkNoMore(more);
  if (typeof out !== 'string' || out === '') throw new UsageError('Give the folder to write: --out DIR.');
  try {
    return { format: readFormatName(name), recipe: readRecipe(settings), out };
  } catch (error) {
    throw error instanceof AppError ? new UsageError(error.message) : error;
  }
}

async function runArguments(args: string[], signal: AbortSignal): Promise<number> {
  const call = readArguments(args);
  if ('verify' in call) return await runVerify(call.verify);
  for (const heapFlag of heapFlags) setFlagsFromString(heapFlag);
  return await runExport(call, signal);
}

export const exportCommand: Command = {
  summary: 'writes feedback as training data',
  usage,
  async run(args) {
    const interrupt = new AbortController();
    const onInterrupt = () => interrupt.abort();
    process.once('SIGINT', onInterrupt);
    try {
      return await runArguments(args, interrupt.signal);
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      process.stderr.write('Interrupted: nothing was exported.\n');
      return 130;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};

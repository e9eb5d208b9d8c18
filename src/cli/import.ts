// Imports what other systems recorded into the log, as ordinary events.
import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { parseConfig, readEnvironment } from '../config.ts';
import { checkFilled } from '../conversation/validate-text.ts';
import { createAppender } from '../dataset/import/append.ts';
import { type ImportOptions, type ImportResult, importSource } from '../dataset/import/import.ts';
import { findImportFormat, importFormats } from '../dataset/import/sources/sources.ts';
import { checkTopic, defaultTopic } from '../log/topic-name.ts';
import { createLogWriter } from '../log/writer.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { openDatabase } from './database.ts';
import { createProgress, type Progress } from './progress.ts';

const listOfFormats = Object.entries(importFormats)
  .map(([name, { summary }]) => `  ${name.padEnd(18)} ${summary}`)
  .join('\n');

const usage = `Usage: npm run afterword -- import FORMAT FILE [OPTION…]

Adds what a file holds (- is stdin) to the log, as ordinary events. It can be repeated, after an interruption or with a
file that has grown: what the log has already is not added again. Events of one conversation keep their order; those of
different conversations may change places.

Formats:
${listOfFormats}

Lines of training data are conversations of their own, of the model "unknown"; the same line twice in a file is two.
Fields that mean nothing here are kept as metadata. What export writes in a format, import reads.

Options:
  --topic NAME       the topic to import into (default: ${defaultTopic})
  --username NAME    whose the conversations and the feedback are that name nobody (default: imported)
  --utc-offset=±H:M  what timestamps without a zone are local to, such as -05:00 (default: they are in UTC)
  --strict           end at the first bad line: what comes before it is imported, and of what comes after it at most
                     the lines that were already on their way
  --dry-run          read the file and report bad lines, but write nothing; what the log would refuse isn't found

A bad line, or a bad entry of an array, is reported with its number, and the rest is imported. Ends with 0 where there
was none, 1 where there was one or the import failed, 2 where the arguments make no sense, and 130 when it was
interrupted.
`;

const maxReported = 20;
const counted = new Intl.NumberFormat('en');

type Options = ReturnType<typeof readOptions>;

function readOptions(args: string[]) {
  const { values, positionals } = readArgs(args, {
    allowPositionals: true,
    options: {
      topic: { type: 'string', default: defaultTopic },
      username: { type: 'string', default: 'imported' },
      'utc-offset': { type: 'string', default: '' },
      strict: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const [name, file, ...more] = positionals;
  if (name === undefined || file === undefined) throw new UsageError('Give a format and a file.');
  if (more.length > 0)
    throw new UsageError(`One file at a time: ${JSON.stringify(more[0])} is one too many.`);
  const format = findImportFormat(name);
  if (format === undefined)
    throw new UsageError(`There is no format ${JSON.stringify(name)}:\n${listOfFormats}`);
  const utcOffset = values['utc-offset'];
  if (!/^([+-](0\d|1[0-4]):[0-5]\d)?$/.test(utcOffset)) {
    throw new UsageError(`--utc-offset ${JSON.stringify(utcOffset)} is no offset such as +01:00 or -05:00.`);
  }
  return {
    format,
    file,
    topic: checkTopic(values.topic),
    username: checkFilled('--username', values.username, { bytes: 200 }),
    utcOffset,
    isStrict: values.strict,
    isDryRun: values['dry-run'],
  };
}

/** @returns the file, and its size where it has one */
async function openInput(
  file: string,
  stack: AsyncDisposableStack,
): Promise<{ stream: Readable; bytes: number | undefined }> {
  if (file === '-') return { stream: process.stdin, bytes: undefined };
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'There is no such file' : error.message;
    throw new Error(`${JSON.stringify(file)} can't be read: ${reason}.`);
  });
  stack.defer(() => handle.close());
  const status = await handle.stat();
  if (status.isDirectory()) throw new Error(`${JSON.stringify(file)} is a folder: give a file.`);
  const stream = handle.createReadStream({ autoClose: false, highWaterMark: 1_048_576 });
  return { stream, bytes: status.isFile() ? status.size : undefined };
}

/** Bad lines as people see them: the first ones, and how many more there are. */
function createReport(
  progress: Progress | undefined,
  { format: { unit = 'Line' } }: Options,
): Pick<ImportOptions, 'onBadLine'> & { end(): void } {
  let count = 0;
  const tell = (text: string) => {
    progress?.end();
    process.stderr.write(`${text}\n`);
  };
  return {
    onBadLine(line, reason) {
      count += 1;
      if (count <= maxReported) tell(`${unit} ${line}: ${reason}`);
    },
    end() {
      progress?.end();
      if (count > maxReported) tell(`And ${counted.format(count - maxReported)} more bad lines.`);
    },
  };
}

const plural = (count: number, one: string, many: string) =>
  `${counted.format(count)} ${count === 1 ? one : many}`;

function summaryOf({ added, known, badLines }: ImportResult, { topic, isDryRun }: Options): string {
  const events = plural(added, 'event', 'events');
  const bad = plural(badLines, 'bad line', 'bad lines');
  if (isDryRun) return `Read ${events} for topic ${topic} (${bad}); nothing was written.\n`;
  return `Imported ${events} into topic ${topic} (${plural(known, 'was', 'were')} already there, ${bad}).\n`;
}

async function openAppend(options: Options, stack: AsyncDisposableStack): Promise<ImportOptions['append']> {
  if (options.isDryRun) {
    return async ({ events }, onAppended) => {
      for (const _event of events) onAppended(true);
    };
  }
  const { pool, writerPool, config } = await openDatabase(stack);
  const writer = createLogWriter({
    pool: writerPool,
    timeoutMs: config.appendTimeoutMs,
    // A server finds what is new by looking: a moment later than if it were told.
    onCommitted: () => {},
  });
  stack.defer(() => writer.drain());
  return createAppender({ writer, pool, topic: options.topic });
}

async function run(options: Options, signal: AbortSignal): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const { maxMessageBytes } = parseConfig(readEnvironment());
  const { stream, bytes } = await openInput(options.file, stack);
  const append = await openAppend(options, stack);
  const progress = bytes === undefined ? undefined : createProgress('Importing', bytes);
  const report = createReport(progress, options);
  const chunks: AsyncIterable<Buffer> = addAbortSignal(signal, stream);
  const source = options.format.read(chunks, { ...options, maxMessageBytes, now: () => new Date() });
  let result: ImportResult;
  try {
    result = await importSource(source, {
      append,
      isStrict: options.isStrict,
      onBadLine: report.onBadLine,
      onProgress: (done) => progress?.report(done),
    });
  } finally {
    report.end();
  }
  if (result.failure !== undefined) {
    process.stderr.write(
      `The import ended early: ${result.failure.message}\nWhat is imported stays. Run the same command again: it adds what is missing.\n`,
    );
  } else if (options.isStrict && result.badLines > 0) {
    process.stderr.write('Ended at the bad line: what comes before it is imported.\n');
  }
  process.stdout.write(summaryOf(result, options));
  return result.failure === undefined && result.badLines === 0 ? 0 : 1;
}

export const importCommand: Command = {
  summary: 'adds what other systems recorded to the log',
  usage,
  async run(args) {
    const options = readOptions(args);
    const interrupt = new AbortController();
    const onInterrupt = () => interrupt.abort();
    // Once: a second Ctrl-C ends the process at once, which is as safe.
    process.once('SIGINT', onInterrupt);
    try {
      return await run(options, interrupt.signal);
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      process.stderr.write('Interrupted. What is imported stays: run the same command again for the rest.\n');
      return 130;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};

// `import`: adds conversations and feedback that other systems recorded to the log, as ordinary events.
import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { parseConfig, readEnvironment } from '../config.ts';
import { checkFilled } from '../conversation/validate-text.ts';
import { createAppender } from '../dataset/import/append.ts';
import { type ImportOptions, type ImportResult, importSource } from '../dataset/import/import.ts';
import { findImportFormat, importFormats } from '../dataset/import/sources/sources.ts';
import { checkTopic, defaultTopic } from '../log/topic-name.ts';
import { createLogWriter } from '../log/writer.ts';
import { type Command, checkNoMore, readArgs, UsageError } from './command.ts';
import { openDatabase } from './database.ts';
import { createProgress, type Progress } from './progress.ts';

const listOfFormats = Object.entries(importFormats)
  .map(([name, { summary }]) => `  ${name.padEnd(18)} ${summary}`)
  .join('\n');

const usage = `Usage: npm run afterword -- import FORMAT FILE [OPTION…]

Adds the contents of a file (- is stdin) to the log, as ordinary events. It can be repeated, after an interruption or
with a file that has grown: events that the log already has are not added again. Events of one conversation keep their
order; the order between conversations may change.

Formats:
${listOfFormats}

Each line of training data becomes a conversation of its own, with the model "unknown"; so do equal lines of one file.
Fields that have no meaning here are kept as metadata. Import reads what export writes in the same format.

Options:
  --topic NAME       the topic to import into (default: ${defaultTopic})
  --username NAME    the owner of conversations, and author of feedback, for which the file names none
                     (default: imported)
  --utc-offset=±H:M  the offset of timestamps without a zone, such as -05:00 (default: they are in UTC)
  --strict           end at the first bad line; all lines before it are imported, and a few after it may be
  --dry-run          read the file and report bad lines, but write nothing; does not find what the log would refuse

A bad line, or a bad entry of an array, is reported with its number, and the others are imported.

Exit codes: 0 no bad line, 1 a bad line, or the import failed, 2 invalid arguments, 130 interrupted.
`;

const maxReported = 20;
const numbers = new Intl.NumberFormat('en');

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
  checkNoMore(more);
  const format = findImportFormat(name);
  if (format === undefined)
    throw new UsageError(`There is no format ${JSON.stringify(name)}:\n${listOfFormats}`);
  const utcOffset = values['utc-offset'];
  if (!/^([+-](0\d|1[0-4]):[0-5]\d)?$/.test(utcOffset)) {
    throw new UsageError(
      `--utc-offset ${JSON.stringify(utcOffset)} is not an offset such as +01:00 or -05:00.`,
    );
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

/** Opens the file or stdin. @returns its stream, and its size if it has one */
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

/** Reports bad lines on stderr: the first ones, and at the end how many more there were. */
function createReport(
  progress: Progress | undefined,
  { format: { unit = 'Line' } }: Options,
): Pick<ImportOptions, 'onBadLine'> & { end(): void } {
  let count = 0;
  const print = (text: string) => {
    progress?.end();
    process.stderr.write(`${text}\n`);
  };
  return {
    onBadLine(line, reason) {
      count += 1;
      if (count <= maxReported) print(`${unit} ${line}: ${reason}`);
    },
    end() {
      progress?.end();
      if (count > maxReported) print(`And ${numbers.format(count - maxReported)} more bad lines.`);
    },
  };
}

const plural = (count: number, singular: string, pluralForm: string) =>
  `${numbers.format(count)} ${count === 1 ? singular : pluralForm}`;

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
    // Servers find the new events by polling, a moment later than with a wake-up.
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
      `The import ended early: ${result.failure.message}\nWhat was imported stays. Run the same command again to add what is missing.\n`,
    );
  } else if (options.isStrict && result.badLines > 0) {
    process.stderr.write('Ended at the bad line: all lines before it are imported.\n');
  }
  process.stdout.write(summaryOf(result, options));
  return result.failure === undefined && result.badLines === 0 ? 0 : 1;
}

export const importCommand: Command = {
  summary: 'adds conversations and feedback of other systems to the log',
  usage,
  async run(args) {
    const options = readOptions(args);
    const interrupt = new AbortController();
    const onInterrupt = () => interrupt.abort();
    // Once: a second Ctrl-C ends the process immediately, which is safe too.
    process.once('SIGINT', onInterrupt);
    try {
      return await run(options, interrupt.signal);
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      process.stderr.write(
        'Interrupted. What was imported stays. Run the same command again to add what is missing.\n',
      );
      return 130;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};

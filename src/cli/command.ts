// What a command is, and how its arguments are read.
import { type ParseArgsConfig, parseArgs } from 'node:util';

export type Command = {
  /** One line, for the list of all commands. */
  summary: string;
  /** What --help prints: how to call the command, with every option and exit code. */
  usage: string;
  /** @returns the exit code: 0 for success */
  run(args: string[]): Promise<number>;
};

/** The arguments are invalid: exit code 2, and the usage is printed. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * Reads options and positional arguments.
 * @throws UsageError if one is unknown, lacks its value, or has one although it takes none
 */
export function readArgs<const Config extends ParseArgsConfig>(args: string[], config: Config) {
  try {
    return parseArgs({ ...config, args, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError if there is another argument after those that the command takes */
export function checkNoMore([unexpected]: readonly string[]): void {
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument ${JSON.stringify(unexpected)}.`);
}

/** @throws UsageError unless the text is a whole number from 0 to 9007199254740991 */
export function readWholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new UsageError(
    `${name} ${JSON.stringify(text)} is not a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
  );
}

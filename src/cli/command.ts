// What a command is, and how its arguments are read.
import { type ParseArgsConfig, parseArgs } from 'node:util';

export type Command = {
  /** One line, for the list of all commands. */
  summary: string;
  /** How to call it, with every option: what --help prints. */
  usage: string;
  /** @returns the exit code: 0 where all went well */
  run(args: string[]): Promise<number>;
};

/** The arguments make no sense: exit code 2, with the usage. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * Reads options and positional arguments.
 * @throws UsageError where one is unknown, lacks its value, or stands where none is taken
 */
export function readArgs<const Config extends ParseArgsConfig>(args: string[], config: Config) {
  try {
    return parseArgs({ ...config, args, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError where the text is no whole number from 0 to 9007199254740991 */
export function readWholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new UsageError(
    `${name} ${JSON.stringify(text)} is no whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
  );
}

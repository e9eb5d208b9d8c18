// Result files: JSON of the shape in schema.ts.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { describeCheckout, describeMachine } from './machine.ts';
import { type ResultFile, resultFileSchema, resultVersion } from './schema.ts';

/** @param folder of the checkout that is measured */
export function createResultFile(folder: string): ResultFile {
  return {
    version: resultVersion,
    ...describeCheckout(folder),
    date: new Date().toISOString(),
    machine: describeMachine(),
    pairId: null,
    benchmarks: [],
    failures: [],
  };
}

export function writeResultFile(path: string, file: ResultFile): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, renderResultFile(file));
}

/** Rounds of a metric stand on one line, so that a diff of two files is readable. */
export function renderResultFile(file: ResultFile): string {
  const text = JSON.stringify(file, undefined, 2);
  // No text in JSON holds a line break, so a bracket before one opens a list.
  const lists = /\[\n(?:\s|[\d.,e+-]|null)*\]/g;
  return `${text.replaceAll(lists, (list) => list.replaceAll(/\s+/g, ' '))}\n`;
}

const versionSchema = z.object({ version: z.unknown() });

/**
 * @param name how messages call the file
 * @throws Error if it is not a result file of this version
 */
export function parseResultFile(text: string, name: string): ResultFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const { data: versioned } = versionSchema.safeParse(value);
  if (versioned !== undefined && versioned.version !== undefined && versioned.version !== resultVersion) {
    const version = JSON.stringify(versioned.version);
    throw new Error(
      `${name} is a result file of version ${version}. This checkout reads version ${resultVersion}. ` +
        'Measure again with the benchmarks of this checkout.',
    );
  }
  const { data, error } = resultFileSchema.safeParse(value);
  if (data === undefined) throw new Error(`${name} is not a result file:\n${z.prettifyError(error)}`);
  return data;
}

export function readResultFile(path: string): ResultFile {
  return parseResultFile(readFileSync(path, 'utf8'), path);
}

// Checks the folder of an exported dataset against its manifest: no file is missing, changed or added.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';
import { type Manifest, type ManifestFile, manifestName, manifestSchema } from './manifest.ts';

const lineFeed = 0x0a;

/** @throws AppError NOT_FOUND if there is no manifest, INVALID_INPUT if it can't be read */
async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'NOT_FOUND',
      `${JSON.stringify(folder)} has no ${manifestName}: it is not a dataset, or its export did not finish.`,
      { cause },
    );
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = `${manifestName} in ${JSON.stringify(folder)} can't be read: it was changed.`;
    throw new AppError('INVALID_INPUT', reason, { cause });
  }
}

async function measure(path: string): Promise<Omit<ManifestFile, 'name'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  let records = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) {
    const piece: Buffer = chunk;
    hash.update(piece);
    bytes += piece.length;
    for (let at = piece.indexOf(lineFeed); at !== -1; at = piece.indexOf(lineFeed, at + 1)) records += 1;
  }
  return { bytes, records, sha256: hash.digest('hex') };
}

async function problemOf(folder: string, expected: ManifestFile): Promise<string | undefined> {
  const { name } = expected;
  let actual: Omit<ManifestFile, 'name'>;
  try {
    actual = await measure(join(folder, name));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return `${name} ${isMissing ? 'is missing' : `can't be read: ${String(error)}`}.`;
  }
  const sizes = `${name} has ${actual.records} records in ${actual.bytes} bytes, not ${expected.records} in ${expected.bytes}`;
  if (actual.sha256 !== expected.sha256) {
    return `${name} was changed: ${sizes}; its SHA-256 is ${actual.sha256}, not ${expected.sha256}.`;
  }
  if (actual.records === expected.records && actual.bytes === expected.bytes) return undefined;
  return `${manifestName} was changed: ${sizes}.`;
}

export type VerifiedDataset = { manifest: Manifest; problems: string[] };

/** @throws AppError if there is no manifest that can be read */
export async function verifyFolder(folder: string): Promise<VerifiedDataset> {
  const manifest = await readManifest(folder);
  const expected = [manifestName, ...manifest.files.map(({ name }) => name)];
  const added = (await readdir(folder)).filter((name) => !expected.includes(name));
  const problems = added.map((name) => `${name} is not part of the dataset.`);
  for (const file of manifest.files) {
    const problem = await problemOf(folder, file);
    if (problem !== undefined) problems.push(problem);
  }
  const total = manifest.files.reduce((sum, { records }) => sum + records, 0);
  if (total !== manifest.counts.records) {
    problems.push(`${manifestName} counts ${manifest.counts.records} records; its files have ${total}.`);
  }
  return { manifest, problems };
}

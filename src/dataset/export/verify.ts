// Checks a folder of an exported dataset against its manifest: nothing is missing, changed, or added.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';
import { type Manifest, type ManifestFile, manifestName, manifestSchema } from './manifest.ts';

const lineFeed = 0x0a;

/** @throws AppError NOT_FOUND where there is none, INVALID_INPUT where it can't be read */
async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'NOT_FOUND',
      `${JSON.stringify(folder)} has no ${manifestName}: it is no dataset, or its export did not come to its end.`,
      { cause },
    );
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      `${manifestName} in ${JSON.stringify(folder)} can't be read: it was changed.`,
      {
        cause,
      },
    );
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

async function problemOf(folder: string, file: ManifestFile): Promise<string | undefined> {
  let found: Omit<ManifestFile, 'name'>;
  try {
    found = await measure(join(folder, file.name));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return `${file.name} ${isMissing ? 'is missing' : `can't be read: ${String(error)}`}.`;
  }
  if (found.sha256 === file.sha256) {
    if (found.records === file.records && found.bytes === file.bytes) return undefined;
    return `${manifestName} was changed: ${file.name} has ${found.records} records in ${found.bytes} bytes, not ${file.records} in ${file.bytes}.`;
  }
  return `${file.name} was changed: it has ${found.records} records in ${found.bytes} bytes, not ${file.records} in ${file.bytes}, with the SHA-256 ${found.sha256}, not ${file.sha256}.`;
}

export type VerifiedDataset = { manifest: Manifest; problems: string[] };

/** @throws AppError where there is no manifest that can be read */
export async function verifyFolder(folder: string): Promise<VerifiedDataset> {
  const manifest = await readManifest(folder);
  const expected = [manifestName, ...manifest.files.map(({ name }) => name)];
  const added = (await readdir(folder)).filter((name) => !expected.includes(name));
  const problems = added.map((name) => `${name} is none of the dataset.`);
  for (const file of manifest.files) {
    const problem = await problemOf(folder, file);
    if (problem !== undefined) problems.push(problem);
  }
  const total = manifest.files.reduce((sum, { records }) => sum + records, 0);
  if (total !== manifest.counts.records) {
    problems.push(`${manifestName} counts ${manifest.counts.records} records, and ${total} in its files.`);
  }
  return { manifest, problems };
}

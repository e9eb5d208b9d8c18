// Writes the folder of an exported dataset. Files get their final names once they are complete and on disk, the manifest
// last: a folder with a manifest is complete, however an export ended.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { ExportBatch } from './export.ts';
import { type Manifest, type ManifestFile, manifestName } from './manifest.ts';

const partialSuffix = '.partial';

type PartFile = { name: string; handle: FileHandle; hash: Hash; bytes: number; records: number };

export type DatasetFolder = {
  write(lines: ExportBatch['lines']): Promise<void>;
  /** Gives the files their final names, and writes the manifest that `describe` makes of them. */
  finish(describe: (files: ManifestFile[]) => Manifest): Promise<Manifest>;
  /** Removes the files, unless they are finished. */
  close(): Promise<void>;
};

/** What a person can do about an error of the system, which itself only names a call. */
const systemErrors: Record<string, [code: ErrorCode, sentence: string]> = {
  EEXIST: ['INVALID_INPUT', 'is a file: give a new or empty folder'],
  ENOTDIR: ['INVALID_INPUT', 'is below a file: give a new or empty folder'],
  EACCES: ['INVALID_INPUT', 'may not be written: give another folder, or grant the permission'],
  EROFS: ['INVALID_INPUT', 'is on a read-only file system: give another folder'],
  ENOSPC: ['UPSTREAM_FAILED', 'is on a full disk: free some space, and export again'],
  EFBIG: ['UPSTREAM_FAILED', 'may not contain files that large: raise the limit, and export again'],
  EDQUOT: ['UPSTREAM_FAILED', 'has used up your disk quota: free some space, and export again'],
};

function explainSystemError(error: unknown, folder: string): unknown {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : '';
  const explanation = systemErrors[errno];
  if (explanation === undefined) return error;
  const [code, sentence] = explanation;
  return new AppError(code, `${JSON.stringify(folder)} ${sentence}.`, { cause: error });
}

/** @throws AppError INVALID_INPUT if the folder contains anything but the remains of an interrupted export */
async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw explainSystemError(error, folder);
  });
  const names = await readdir(folder);
  const foreign = names.find((name) => !name.endsWith(partialSuffix));
  if (foreign !== undefined) {
    throw new AppError(
      'INVALID_INPUT',
      `${JSON.stringify(folder)} is not empty: it contains ${JSON.stringify(foreign)}. Give a new or empty folder.`,
    );
  }
  for (const name of names) await rm(join(folder, name));
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names of files survive a crash once their folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function append(file: PartFile, texts: readonly string[]): Promise<void> {
  const bytes = Buffer.from(`${texts.join('\n')}\n`);
  await file.handle.writeFile(bytes);
  file.hash.update(bytes);
  file.bytes += bytes.length;
  file.records += texts.length;
}

/**
 * @param fileNames by the parts of the split whose lines they hold
 * @throws AppError INVALID_INPUT if the folder is not empty
 */
export async function openFolder(
  folder: string,
  fileNames: ReadonlyMap<string, string>,
): Promise<DatasetFolder> {
  await prepareFolder(folder);
  const files = new Map<string, PartFile>();
  const partialPath = (name: string) => join(folder, `${name}${partialSuffix}`);
  let isFinished = false;

  const close = async () => {
    if (isFinished) return;
    for (const { handle } of files.values()) await handle.close().catch(() => {});
    const names = [...files.values()].map(({ name }) => name);
    const paths = [...names, manifestName].flatMap((name) => [partialPath(name), join(folder, name)]);
    for (const path of paths) await rm(path, { force: true }).catch(() => {});
  };
  try {
    for (const [part, name] of fileNames) {
      const handle = await open(partialPath(name), 'wx');
      files.set(part, { name, handle, hash: createHash('sha256'), bytes: 0, records: 0 });
    }
  } catch (error) {
    await close();
    throw error;
  }

  const finish: DatasetFolder['finish'] = async (describe) => {
    const finished: ManifestFile[] = [];
    for (const { name, handle, hash, bytes, records } of files.values()) {
      await handle.sync();
      await handle.close();
      finished.push({ name, records, bytes, sha256: hash.digest('hex') });
    }
    const manifest = describe(finished);
    await writeDurably(partialPath(manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const { name } of finished) await rename(partialPath(name), join(folder, name));
    await syncFolder(folder);
    await rename(partialPath(manifestName), join(folder, manifestName));
    await syncFolder(folder);
    isFinished = true;
    return manifest;
  };

  return {
    close,
    async write(lines) {
      for (const [part, file] of files) {
        const texts = lines.filter((line) => line.part === part).map(({ text }) => text);
        if (texts.length === 0) continue;
        await append(file, texts).catch((error: unknown) => {
          throw explainSystemError(error, folder);
        });
      }
    },
    finish: (describe) =>
      finish(describe).catch((error: unknown) => {
        throw explainSystemError(error, folder);
      }),
  };
}

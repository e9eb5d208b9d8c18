// The folder of an exported dataset. Files get their names when they are whole and on disk, the manifest last: what
// has a manifest is whole, however an export ended.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { ExportBatch } from './export.ts';
import { type Manifest, type ManifestFile, manifestName } from './manifest.ts';

const unfinished = '.partial';

type Part = { name: string; handle: FileHandle; hash: Hash; bytes: number; records: number };

export type DatasetFolder = {
  write(lines: ExportBatch['lines']): Promise<void>;
  /** Gives the files their names, and writes what describe makes of them. */
  finish(describe: (files: ManifestFile[]) => Manifest): Promise<Manifest>;
  /** Takes away whatever is not finished. */
  close(): Promise<void>;
};

/** What a person can do about it; errors of the system name a call. */
const reasons: Record<string, [code: ErrorCode, sentence: string]> = {
  EEXIST: ['INVALID_INPUT', 'is a file: give a folder that is new or empty'],
  ENOTDIR: ['INVALID_INPUT', 'is below a file: give a folder that is new or empty'],
  EACCES: ['INVALID_INPUT', 'may not be written: give another folder, or the right to it'],
  EROFS: ['INVALID_INPUT', "can't be written, nor anything beside it: give another folder"],
  ENOSPC: ['UPSTREAM_FAILED', 'has no space left: make room, and export again'],
  EFBIG: ['UPSTREAM_FAILED', 'may not hold files as large: raise the limit, and export again'],
  EDQUOT: ['UPSTREAM_FAILED', 'has no space left for you: make room, and export again'],
};

function inWords(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code];
  return reason === undefined
    ? error
    : new AppError(reason[0], `${JSON.stringify(folder)} ${reason[1]}.`, { cause: error });
}

/** @throws AppError INVALID_INPUT where the folder holds anything but what an interrupted export left */
async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw inWords(error, folder);
  });
  const names = await readdir(folder);
  const other = names.find((name) => !name.endsWith(unfinished));
  if (other !== undefined) {
    throw new AppError(
      'INVALID_INPUT',
      `${JSON.stringify(folder)} is not empty: it holds ${JSON.stringify(other)}. Give a folder that is new or empty.`,
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

/** Names are on disk once their folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function append(part: Part, texts: readonly string[]): Promise<void> {
  const bytes = Buffer.from(`${texts.join('\n')}\n`);
  await part.handle.writeFile(bytes);
  part.hash.update(bytes);
  part.bytes += bytes.length;
  part.records += texts.length;
}

/**
 * @param parts the names of the files, by the parts that lines are of
 * @throws AppError INVALID_INPUT where the folder is not empty
 */
export async function openFolder(folder: string, parts: ReadonlyMap<string, string>): Promise<DatasetFolder> {
  await prepareFolder(folder);
  const opened = new Map<string, Part>();
  const temporary = (name: string) => join(folder, `${name}${unfinished}`);

  let isFinished = false;

  const close = async () => {
    if (isFinished) return;
    for (const { handle } of opened.values()) await handle.close().catch(() => {});
    const names = [...opened.values()].map(({ name }) => name);
    const paths = [...names, manifestName].flatMap((name) => [temporary(name), join(folder, name)]);
    for (const path of paths) await rm(path, { force: true }).catch(() => {});
  };
  try {
    for (const [part, name] of parts) {
      const handle = await open(temporary(name), 'wx');
      opened.set(part, { name, handle, hash: createHash('sha256'), bytes: 0, records: 0 });
    }
  } catch (error) {
    await close();
    throw error;
  }

  const finish: DatasetFolder['finish'] = async (describe) => {
    const files: ManifestFile[] = [];
    for (const { name, handle, hash, bytes, records } of opened.values()) {
      await handle.sync();
      await handle.close();
      files.push({ name, records, bytes, sha256: hash.digest('hex') });
    }
    const manifest = describe(files);
    await writeDurably(temporary(manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const { name } of files) await rename(temporary(name), join(folder, name));
    await syncFolder(folder);
    await rename(temporary(manifestName), join(folder, manifestName));
    await syncFolder(folder);
    isFinished = true;
    return manifest;
  };

  return {
    close,
    async write(lines) {
      for (const [name, part] of opened) {
        const texts = lines.filter((line) => line.part === name).map(({ text }) => text);
        if (texts.length === 0) continue;
        await append(part, texts).catch((error: unknown) => {
          throw inWords(error, folder);
        });
      }
    },
    finish: (describe) =>
      finish(describe).catch((error: unknown) => {
        throw inWords(error, folder);
      }),
  };
}

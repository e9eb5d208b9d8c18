// GET /exports/FORMAT.jsonl: an export as a stream, for viewers who may read everything. It is produced as fast as the
// client reads it. A broken export can be continued: `as-of` is its Afterword-As-Of, `skip` the records received so far.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type pg from 'pg';
import { type ExportJob, exportLines, planExport } from '../dataset/export/export.ts';
import { createExportCounts } from '../dataset/export/export-counts.ts';
import { readFormatName } from '../dataset/export/formats/formats.ts';
import { readRecipe } from '../dataset/export/recipe.ts';
import type { ReadSlots } from '../dataset/read-slots.ts';
import { AppError } from '../errors.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { readAllRoles, requireRole, type Viewer } from '../identity/viewer.ts';
import type { Connections } from './connections/connections.ts';
import { atExpiry } from './connections/expiry.ts';

export type Exports = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const pathForm = /^\/exports\/([^/]+)\.jsonl$/;

type ExportRequest = { job: ExportJob; skip: number; part: string };

function readSkip(value: string | undefined, { recipe }: ExportJob): number {
  if (value === undefined) return 0;
  if (value !== '0' && recipe['as-of'] === undefined) {
    throw new AppError(
      'INVALID_INPUT',
      'skip is given without as-of. Records are the same only up to one offset: give the value of Afterword-As-Of as as-of.',
    );
  }
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new AppError(
    'INVALID_INPUT',
    `skip ${JSON.stringify(value.slice(0, 100))} is not a whole number. Give the number of records that were received.`,
  );
}

function readPart(value: string | undefined, { recipe }: ExportJob): string {
  const names = (recipe.split ?? []).map(({ name }) => name);
  if (names.length === 0 && value === undefined) return '';
  const part = names.find((name) => name === value);
  if (part !== undefined) return part;
  const remedy = names.length === 0 ? 'Leave it out, or give a split' : `Choose from ${names.join(', ')}`;
  throw new AppError(
    'INVALID_INPUT',
    `part ${JSON.stringify(value ?? null)} is not a part of the split. ${remedy}.`,
  );
}

function settingsOf(parameters: URLSearchParams): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, value] of parameters) {
    if (Object.hasOwn(settings, name))
      throw new AppError('INVALID_INPUT', `${name} is given twice. Give it once.`);
    settings[name] = value;
  }
  return settings;
}

async function* linesOf(
  { job, skip, part }: ExportRequest,
  count: { records: number },
): AsyncGenerator<string> {
  let toSkip = skip;
  for await (const { lines } of exportLines(job, createExportCounts())) {
    const ofPart = lines.filter((line) => line.part === part);
    const remaining = ofPart.slice(Math.min(toSkip, ofPart.length));
    toSkip -= ofPart.length - remaining.length;
    count.records += remaining.length;
    if (remaining.length > 0) yield `${remaining.map(({ text }) => text).join('\n')}\n`;
  }
}

/** The lines that were read already, then the remaining ones. */
async function* withFirst(
  first: IteratorResult<string>,
  remaining: AsyncGenerator<string>,
): AsyncGenerator<string> {
  try {
    if (first.done !== true) yield first.value;
    yield* remaining;
  } finally {
    await remaining.return(undefined);
  }
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  const codings = String(headers['accept-encoding'] ?? '').split(',');
  return codings.some((coding) => /^\s*gzip\s*(;(?!\s*q=0(\.0*)?\s*$).*)?$/i.test(coding));
}

async function send(
  exportRequest: ExportRequest,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const isCompressed = acceptsGzip(request);
  const count = { records: 0 };
  const { job } = exportRequest;
  const lines = linesOf(exportRequest, count);
  try {
    // A failure before the first record can still be reported by a status.
    const first = await lines.next();
    response.writeHead(200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'Afterword-As-Of': String(job.asOf ?? ''),
      'Access-Control-Expose-Headers': 'Afterword-As-Of',
      Vary: 'Origin, Accept-Encoding',
      // Without a trailer, the end of the export and the death of a proxy would look the same.
      Trailer: 'Afterword-Records',
      ...(isCompressed && { 'Content-Encoding': 'gzip' }),
    });
    const source = Readable.from(withFirst(first, lines), { highWaterMark: 1 });
    const steps = isCompressed ? [createGzip({ level: constants.Z_BEST_SPEED })] : [];
    await pipeline([source, ...steps, response], { end: false, signal: job.signal });
    response.addTrailers({ 'Afterword-Records': String(count.records) });
    response.end();
  } finally {
    // A stream that breaks ends before its source, which may still have a statement to end.
    await lines.return(undefined);
  }
}

async function readRequest(
  url: URL,
  options: { pool: pg.Pool; pseudonymKey: string | undefined; signal: AbortSignal },
): Promise<ExportRequest> {
  const name = pathForm.exec(url.pathname)?.[1];
  if (name === undefined) {
    throw new AppError(
      'NOT_FOUND',
      `There is nothing at ${url.pathname}. Exports are at /exports/FORMAT.jsonl.`,
    );
  }
  const format = readFormatName(name);
  const { skip, part, ...settings } = settingsOf(url.searchParams);
  const job = await planExport({ ...options, format, recipe: readRecipe(settings) });
  return { job, skip: readSkip(skip, job), part: readPart(part, job) };
}

/** Aborts the export when its token expires or its client disconnects, also while the client reads nothing. */
function abortOnDisconnectOrExpiry({ expiresAt }: Viewer, response: ServerResponse) {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  const expired = new AppError(
    'UNAUTHENTICATED',
    'The token has expired. Continue with a new one, by as-of and skip.',
  );
  const cancel = atExpiry(expiresAt, () => controller.abort(expired));
  return { signal: controller.signal, [Symbol.dispose]: cancel };
}

/** @param options.readSlots an export holds one of them while it runs */
export function createExports(options: {
  pool: pg.Pool;
  authenticate: Authenticate;
  connections: Connections;
  pseudonymKey: string | undefined;
  readSlots: ReadSlots;
}): Exports {
  const { pool, authenticate, connections, pseudonymKey, readSlots } = options;

  function acquireSlot(response: ServerResponse): () => void {
    try {
      return readSlots.acquire();
    } catch (error) {
      response.setHeader('Retry-After', '10');
      throw error;
    }
  }

  async function run(viewer: Viewer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    using abort = abortOnDisconnectOrExpiry(viewer, response);
    const destroy = () => response.destroy();
    const connection = connections.add({ close: destroy, terminate: destroy });
    try {
      connection.admit(viewer.username);
      const url = new URL(request.url ?? '/', 'http://localhost');
      await send(await readRequest(url, { pool, pseudonymKey, signal: abort.signal }), { request, response });
    } catch (error) {
      // The client has disconnected: nobody is left to get the error.
      if (response.destroyed) return;
      // An aborted export fails with the reason of the abort, and not with what the abort caused.
      abort.signal.throwIfAborted();
      throw error;
    } finally {
      connection.remove();
    }
  }

  return async (request, response) => {
    if (request.method !== 'GET')
      throw new AppError('INVALID_INPUT', `Exports are read with GET, not ${request.method}.`);
    const viewer = await authenticate(request.headers.authorization);
    requireRole(viewer, { roles: readAllRoles, action: 'export' });
    const releaseSlot = acquireSlot(response);
    try {
      await run(viewer, request, response);
    } finally {
      releaseSlot();
    }
  };
}

// GET /exports/FORMAT.jsonl: an export as a stream, for those who may read everything. It is written as fast as it is
// read, and can be continued: with the as-of of its head, `skip` leaves out the records that came already.
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

type Asked = { job: ExportJob; skip: number; part: string };

function readSkip(given: string | undefined, { recipe }: ExportJob): number {
  if (given === undefined) return 0;
  if (given !== '0' && recipe['as-of'] === undefined) {
    throw new AppError(
      'INVALID_INPUT',
      'skip needs as-of: the records are the same only for the offset that Afterword-As-Of told.',
    );
  }
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new AppError(
    'INVALID_INPUT',
    `skip ${JSON.stringify(given.slice(0, 100))} is no whole number: give how many records came already.`,
  );
}

function readPart(given: string | undefined, { recipe }: ExportJob): string {
  const names = (recipe.split ?? []).map(({ name }) => name);
  if (names.length === 0 && given === undefined) return '';
  const part = names.find((name) => name === given);
  if (part !== undefined) return part;
  const allowed = names.length === 0 ? 'leave it out, or give a split' : `choose from ${names.join(', ')}`;
  throw new AppError(
    'INVALID_INPUT',
    `part ${JSON.stringify(given ?? null)} is none of the split: ${allowed}.`,
  );
}

function settingsOf(parameters: URLSearchParams): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, value] of parameters) {
    if (Object.hasOwn(settings, name))
      throw new AppError('INVALID_INPUT', `${name} is given twice: give it once.`);
    settings[name] = value;
  }
  return settings;
}

async function* linesOf({ job, skip, part }: Asked, count: { records: number }): AsyncGenerator<string> {
  let left = skip;
  for await (const { lines } of exportLines(job, createExportCounts())) {
    const own = lines.filter((line) => line.part === part);
    const rest = own.slice(Math.min(left, own.length));
    left -= own.length - rest.length;
    count.records += rest.length;
    if (rest.length > 0) yield `${rest.map(({ text }) => text).join('\n')}\n`;
  }
}

/** Those that were read already, then the rest. */
async function* continued(
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  const codings = String(headers['accept-encoding'] ?? '').split(',');
  return codings.some((coding) => /^\s*gzip\s*(;(?!\s*q=0(\.0*)?\s*$).*)?$/i.test(coding));
}

async function send(
  asked: Asked,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const isZipped = acceptsGzip(request);
  const count = { records: 0 };
  const lines = linesOf(asked, count);
  try {
    // What fails before the first record can still be told by a status.
    const first = await lines.next();
    response.writeHead(200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'Afterword-As-Of': String(asked.job.asOf ?? ''),
      'Access-Control-Expose-Headers': 'Afterword-As-Of',
      Vary: 'Origin, Accept-Encoding',
      // Without it the end of a stream and the death of a proxy look the same.
      Trailer: 'Afterword-Records',
      ...(isZipped && { 'Content-Encoding': 'gzip' }),
    });
    const source = Readable.from(continued(first, lines), { highWaterMark: 1 });
    const steps = isZipped ? [createGzip({ level: constants.Z_BEST_SPEED })] : [];
    await pipeline([source, ...steps, response], { end: false, signal: asked.job.signal });
    response.addTrailers({ 'Afterword-Records': String(count.records) });
    response.end();
  } finally {
    // A stream that broke off is over before its source is, which may have a statement to end.
    await lines.return(undefined);
  }
}

async function readAsked(
  url: URL,
  options: { pool: pg.Pool; pseudonymKey: string | undefined; signal: AbortSignal },
): Promise<Asked> {
  const name = pathForm.exec(url.pathname)?.[1];
  if (name === undefined) {
    throw new AppError('NOT_FOUND', `There is nothing at ${url.pathname}: ask for /exports/FORMAT.jsonl.`);
  }
  const format = readFormatName(name);
  const { skip, part, ...settings } = settingsOf(url.searchParams);
  const job = await planExport({ ...options, format, recipe: readRecipe(settings) });
  return { job, skip: readSkip(skip, job), part: readPart(part, job) };
}

/** Ends the export with its token and with its client: also one that does not read, and would ask for nothing more. */
function abortOnDisconnectOrExpiry({ expiresAt }: Viewer, response: ServerResponse) {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const expired = new AppError(
    'UNAUTHENTICATED',
    'The token has ended: continue with a new one, by as-of and skip.',
  );
  const forget = atExpiry(expiresAt, () => leaving.abort(expired));
  return { signal: leaving.signal, [Symbol.dispose]: forget };
}

/** @param options.readSlots taken for as long as an export runs */
export function createExports(options: {
  pool: pg.Pool;
  authenticate: Authenticate;
  connections: Connections;
  pseudonymKey: string | undefined;
  readSlots: ReadSlots;
}): Exports {
  const { pool, authenticate, connections, pseudonymKey, readSlots } = options;

  function takeSeat(response: ServerResponse): () => void {
    try {
      return readSlots.acquire();
    } catch (error) {
      response.setHeader('Retry-After', '10');
      throw error;
    }
  }

  async function run(viewer: Viewer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    using ends = abortOnDisconnectOrExpiry(viewer, response);
    const leave = () => response.destroy();
    const connection = connections.add({ close: leave, terminate: leave });
    try {
      connection.admit(viewer.username);
      const url = new URL(request.url ?? '/', 'http://localhost');
      await send(await readAsked(url, { pool, pseudonymKey, signal: ends.signal }), { request, response });
    } catch (error) {
      // Who asked has gone, and with them whoever could be told.
      if (response.destroyed) return;
      // A stream that was ended says no more than that.
      ends.signal.throwIfAborted();
      throw error;
    } finally {
      connection.remove();
    }
  }

  return async (request, response) => {
    if (request.method !== 'GET') throw new AppError('INVALID_INPUT', 'Exports are read with GET.');
    const viewer = await authenticate(request.headers.authorization);
    requireRole(viewer, { roles: readAllRoles, action: 'export' });
    const leaveSeat = takeSeat(response);
    try {
      await run(viewer, request, response);
    } finally {
      leaveSeat();
    }
  };
}

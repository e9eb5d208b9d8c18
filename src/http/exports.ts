// GET /exports/{format}.jsonl: training data as it is read from the log, no faster than the client takes it. For one
// offset the bytes are always the same, so a client that was cut off continues after the records that it has.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type pg from 'pg';
import { refuseUnlessExporter } from '../dataset/access.ts';
import { type ExportBatch, type ExportJob, exportLines, planExport } from '../dataset/export.ts';
import { readFormatName } from '../dataset/formats.ts';
import { readRecipe } from '../dataset/recipe.ts';
import { createTally } from '../dataset/tally.ts';
import { AppError } from '../errors.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { sendError } from './answers.ts';

export type ServeExport = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

export const exportPath = /^\/exports\/([^/]*)\.jsonl$/;

type Asked = {
  job: ExportJob;
  /** How many records the client has. */
  after: number;
  /** The part of the split that is asked for; '' where there is no split. */
  part: string;
};

function refuse(message: string): never {
  throw new AppError('INVALID_INPUT', message);
}

function settingsOf(url: URL): Record<string, string> {
  const names = [...url.searchParams.keys()];
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) refuse(`${double} is there twice: give it once, lists separated by commas.`);
  return Object.fromEntries(url.searchParams);
}

function readAfter(text: string, asOf: string | undefined): number {
  if (!/^\d{1,15}$/.test(text)) refuse(`after ${JSON.stringify(text)} must be a number of records from 0.`);
  if (text !== '0' && asOf === undefined) {
    refuse('after needs as-of: the records are the same only for the offset that X-Afterword-As-Of told.');
  }
  return Number(text);
}

async function readAsked(url: URL, pool: pg.Pool, pseudonymKey: string | undefined): Promise<Asked> {
  const format = readFormatName(exportPath.exec(url.pathname)?.[1] ?? '');
  const { after = '0', part = '', ...settings } = settingsOf(url);
  const recipe = readRecipe(settings);
  const parts = recipe.split?.map(({ name }) => name) ?? [''];
  if (!parts.includes(part)) {
    const choices =
      recipe.split === undefined ? 'leave it out, or give split' : `choose from ${parts.join(', ')}`;
    refuse(`part ${JSON.stringify(part.slice(0, 100))} is none of the split: ${choices}.`);
  }
  const count = readAfter(after, settings['as-of']);
  return { job: await planExport({ pool, format, recipe, pseudonymKey }), after: count, part };
}

/** The records after those that the client has, of its part; no batch is empty. */
async function* textsOf({ job, after, part }: Asked): AsyncGenerator<string> {
  let passed = 0;
  const textOf = ({ lines }: ExportBatch) => {
    const texts = lines.filter((line) => line.part === part).map(({ text }) => text);
    const rest = texts.slice(Math.max(after - passed, 0));
    passed += texts.length;
    return rest.length === 0 ? '' : `${rest.join('\n')}\n`;
  };
  for await (const batch of exportLines(job, createTally())) {
    const text = textOf(batch);
    if (text !== '') yield text;
  }
}

/** What was read already, then the rest. */
async function* continued(first: IteratorResult<string>, rest: AsyncGenerator<string>) {
  try {
    if (first.done !== true) yield Buffer.from(first.value);
    for await (const text of rest) yield Buffer.from(text);
  } finally {
    await rest.return(undefined);
  }
}

function setHeaders(response: ServerResponse, { job }: Asked, isCompressed: boolean): void {
  response.setHeader('Content-Type', 'application/jsonl; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="${job.format}.jsonl"`);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Vary', 'Origin, Accept-Encoding');
  response.setHeader('Access-Control-Expose-Headers', 'X-Afterword-As-Of');
  if (job.asOf !== undefined) response.setHeader('X-Afterword-As-Of', job.asOf);
  if (isCompressed) response.setHeader('Content-Encoding', 'gzip');
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  const accepted = headers['accept-encoding'];
  return /(^|[\s,])gzip(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(accepted ?? ''));
}

async function stream(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const texts = textsOf(asked);
  // What fails before the first record can still be told.
  const first = await texts.next();
  const isCompressed = acceptsGzip(request);
  setHeaders(response, asked, isCompressed);
  const source = Readable.from(continued(first, texts), { objectMode: false, highWaterMark: 1 });
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const piped = isCompressed ? pipeline(source, gzip, response) : pipeline(source, response);
  await piped.catch((error: unknown) => {
    // A client that has left needs no answer.
    if (!request.socket.destroyed) throw error;
  });
}

/**
 * @param options.mostAtOnce how many exports run on this node at once
 */
export function createExports(options: {
  pool: pg.Pool;
  authenticate: Authenticate;
  pseudonymKey: string | undefined;
  mostAtOnce: number;
}): ServeExport {
  const { pool, authenticate, pseudonymKey, mostAtOnce } = options;
  let running = 0;
  return async (request, response, url) => {
    refuseUnlessExporter(await authenticate(request.headers.authorization));
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET');
      return sendError(response, new AppError('INVALID_INPUT', 'Exports are read: ask with GET.'), 405);
    }
    if (running >= mostAtOnce) {
      response.setHeader('Retry-After', '10');
      const error = `${running} exports are running on this node, which are as many as it takes: try again soon.`;
      return sendError(response, new AppError('LIMIT_EXCEEDED', error), 429);
    }
    running += 1;
    try {
      await stream(await readAsked(url, pool, pseudonymKey), request, response);
    } finally {
      running -= 1;
    }
  };
}

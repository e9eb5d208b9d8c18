// The pages that `npm ci` has built. They are read once and kept in memory, so that the path of a request never names a
// file.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../errors.ts';

export type StaticFiles = {
  /** Responds if there is a file at the path. @returns whether there is one */
  serve(path: string, request: IncomingMessage, response: ServerResponse): boolean;
};

const builtFolder = fileURLToPath(new URL('../generated/web', import.meta.url));

/** Paths of the pages. They share one document, which shows the page of its path. */
export const pagePaths: readonly string[] = ['/', '/dashboard', '/log'];

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
};

/** A page may load only from this server, must not contain inline scripts or styles, and must not be framed. */
export const pagePolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Coding = 'br' | 'gzip' | 'identity';
type StaticFile = { contentType: string; cacheControl: string; etag: string; bodies: Map<Coding, Buffer> };

const codings: readonly { coding: Coding; suffix: string }[] = [
  { coding: 'br', suffix: '.br' },
  { coding: 'gzip', suffix: '.gz' },
  { coding: 'identity', suffix: '' },
];

function readFile(folder: string, name: string, names: ReadonlySet<string>): StaticFile {
  const present = codings.filter(({ suffix }) => names.has(name + suffix));
  const bodies = new Map(
    present.map(({ coding, suffix }) => [coding, readFileSync(join(folder, name + suffix))]),
  );
  const digest = createHash('sha256').update(bodies.get('identity') ?? '');
  return {
    contentType: contentTypes[extname(name)] ?? 'application/octet-stream',
    // A file with a hash of its content in its name never changes. Browsers check all others each time.
    cacheControl: name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: digest.digest('base64url').slice(0, 22),
    bodies,
  };
}

function readFiles(folder: string): Map<string, StaticFile> {
  let paths: string[];
  try {
    paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return new Map();
  }
  const names = new Set(paths.map((name) => name.replaceAll('\\', '/')));
  const uncompressed = [...names].filter((name) => extname(name) !== '' && !/\.(br|gz)$/.test(name));
  return new Map(uncompressed.map((name) => [`/${name}`, readFile(folder, name, names)]));
}

/** The best compression that the client accepts. `br;q=0` means that it does not accept br. */
function chooseCoding(file: StaticFile, accepted: string): Coding {
  const accepts = (coding: Coding) =>
    file.bodies.has(coding) && new RegExp(`\\b${coding}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted);
  return (['br', 'gzip'] as const).find(accepts) ?? 'identity';
}

function send(file: StaticFile, request: IncomingMessage, response: ServerResponse): void {
  const coding = chooseCoding(file, request.headers['accept-encoding']?.toString() ?? '');
  const etag = `"${file.etag}-${coding}"`;
  const body = file.bodies.get(coding);
  response.setHeader('Vary', 'Accept-Encoding, Origin');
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', file.cacheControl);
  if (file.contentType.startsWith('text/html')) {
    response.setHeader('Content-Security-Policy', pagePolicy);
    response.setHeader('Referrer-Policy', 'no-referrer');
  }
  if (request.headers['if-none-match']?.includes(etag) === true) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Type', file.contentType);
  response.setHeader('Content-Length', body?.length ?? 0);
  if (coding !== 'identity') response.setHeader('Content-Encoding', coding);
  response.writeHead(200).end(request.method === 'HEAD' ? undefined : body);
}

/** @param folder where the pages were built. If it is empty, the response to a request for a page says how to build them. */
export function createStaticFiles(folder: string = builtFolder): StaticFiles {
  const files = readFiles(folder);
  return {
    serve(path, request, response) {
      const isPage = pagePaths.includes(path);
      if (isPage && !files.has('/index.html')) {
        throw new AppError(
          'NOT_FOUND',
          'The pages have not been built. Run `npm run build` and start the server again.',
        );
      }
      const file = isPage || path === '/index.html' ? files.get('/index.html') : files.get(path);
      if (file === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
      send(file, request, response);
      return true;
    },
  };
}

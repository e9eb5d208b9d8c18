// Who may talk to the server at all, decided by one function for HTTP, SSE and WebSocket alike, before anything of
// a request is read. Browsers send what a page of any site asks for; these checks tell its pages from foreign ones.
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../errors.ts';
import { isLoopback } from '../loopback.ts';

export type Policy = {
  /** @throws AppError FORBIDDEN */
  check(headers: IncomingHttpHeaders): void;
};

const maxCachedOrigins = 100;

/** The host of a Host header, without its port; undefined where it is none. */
function hostnameOf(host: string | undefined): string | undefined {
  return host !== undefined && URL.canParse(`http://${host}`)
    ? new URL(`http://${host}`).hostname
    : undefined;
}

/**
 * @param isLocal whether there is no authentication, so that only this machine may ask
 * @param allowedOrigins other sites whose pages may ask
 */
export function createPolicy(options: { isLocal: boolean; allowedOrigins: readonly string[] }): Policy {
  const { isLocal, allowedOrigins } = options;
  // Clients ask with few hosts and origins, over and over.
  const accepted = new Set<string>();

  function isOwnOrigin(origin: string, host: string | undefined): boolean {
    if (allowedOrigins.includes(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    return url.host === host || (isLocal && isLoopback(url.hostname));
  }

  return {
    check({ host, origin }) {
      const place = `${host} ${origin}`;
      if (accepted.has(place)) return;
      const hostname = hostnameOf(host);
      // A foreign name that points here (DNS rebinding) makes a foreign page look like one of ours.
      if (isLocal && (hostname === undefined || !isLoopback(hostname))) {
        throw new AppError(
          'FORBIDDEN',
          `Host ${JSON.stringify(host ?? '')} is not this machine: without authentication use 127.0.0.1 or localhost.`,
        );
      }
      if (origin !== undefined && !isOwnOrigin(origin, host)) {
        throw new AppError(
          'FORBIDDEN',
          `Pages of ${JSON.stringify(origin)} may not use this server: add the origin to ALLOWED_ORIGINS if they should.`,
        );
      }
      if (accepted.size < maxCachedOrigins) accepted.add(place);
    },
  };
}

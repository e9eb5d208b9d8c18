// Which hosts and origins may use the server: one check for HTTP, SSE and WebSocket, before anything else of a request is
// read. Browsers send whatever a page of any site requests; the check tells our own pages from foreign ones.
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../errors.ts';
import { isLoopback } from '../loopback.ts';

export type Policy = {
  /** @throws AppError FORBIDDEN */
  check(headers: IncomingHttpHeaders): void;
};

const maxCachedOrigins = 100;

/** The host of a Host header, without its port. Undefined if the header is missing or is not a host. */
function hostnameOf(host: string | undefined): string | undefined {
  return host !== undefined && URL.canParse(`http://${host}`)
    ? new URL(`http://${host}`).hostname
    : undefined;
}

/**
 * @param options.isLocal whether authentication is off, so that only this machine may use the server
 * @param options.allowedOrigins origins of other sites whose pages may use the server
 */
export function createPolicy(options: { isLocal: boolean; allowedOrigins: readonly string[] }): Policy {
  const { isLocal, allowedOrigins } = options;
  // Clients send the same few hosts and origins again and again.
  const accepted = new Set<string>();

  function isOwnOrigin(origin: string, host: string | undefined): boolean {
    if (allowedOrigins.includes(origin)) return true;
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    return url.host === host || (isLocal && isLoopback(url.hostname));
  }

  return {
    check({ host, origin }) {
      const originKey = `${host} ${origin}`;
      if (accepted.has(originKey)) return;
      const hostname = hostnameOf(host);
      // DNS rebinding: a foreign name that points to this machine makes a foreign page look like one of ours.
      if (isLocal && (hostname === undefined || !isLoopback(hostname))) {
        throw new AppError(
          'FORBIDDEN',
          `Host ${JSON.stringify(host ?? '')} is not this machine. Without authentication, use 127.0.0.1 or localhost.`,
        );
      }
      if (origin !== undefined && !isOwnOrigin(origin, host)) {
        throw new AppError(
          'FORBIDDEN',
          `Pages of ${JSON.stringify(origin)} may not use this server. To allow them, add the origin to ALLOWED_ORIGINS.`,
        );
      }
      if (accepted.size < maxCachedOrigins) accepted.add(originKey);
    },
  };
}

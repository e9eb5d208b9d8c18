// Turns a bearer token into a viewer: one check for the HTTP header and for connection_init of WebSockets.
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';
import type { AuthConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { localViewer, type Viewer, viewerRoles } from './viewer.ts';

/**
 * @param authorization an Authorization header, `Bearer …`
 * @throws AppError UNAUTHENTICATED
 */
export type Authenticate = (authorization: string | null | undefined) => Promise<Viewer>;

const claimsSchema = z.object({
  sub: z.string({ error: 'sub (the username) must be a string' }).min(1).max(200),
  roles: z
    .array(z.string(), { error: 'roles must be a list of strings' })
    .default(['USER'])
    .transform((roles) => viewerRoles.filter((role) => roles.includes(role))),
  exp: z.number().optional(),
});

function viewerOf(claims: JWTPayload): Viewer {
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success) {
    throw new AppError(
      'UNAUTHENTICATED',
      `The claims of the token are invalid: ${z.prettifyError(parsed.error)}. A token needs sub (the username), and may have roles (a list of ${viewerRoles.join(', ')}).`,
    );
  }
  const { sub, roles, exp } = parsed.data;
  return { username: sub, roles, expiresAt: exp === undefined ? undefined : exp * 1_000 };
}

function createVerify(auth: AuthConfig): (token: string) => Promise<JWTPayload> {
  const requirements: JWTVerifyOptions = {
    clockTolerance: 5,
    ...(auth.issuer === undefined ? {} : { issuer: auth.issuer }),
    ...(auth.audience === undefined ? {} : { audience: auth.audience }),
  };
  if (auth.kind === 'secret') {
    const secret = new TextEncoder().encode(auth.secret);
    const options = { ...requirements, algorithms: ['HS256'] };
    return async (token) => (await jwtVerify(token, secret, options)).payload;
  }
  const keys = createRemoteJWKSet(new URL(auth.url));
  // Only asymmetric algorithms: a public key must never be accepted as an HMAC secret.
  const options = { ...requirements, algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] };
  return async (token) => (await jwtVerify(token, keys, options)).payload;
}

/** Whether the key set is to blame and not the token: it could not be fetched, or is not a key set. */
function isKeySetFailure(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'].includes(error.code);
}

export function createAuthenticate(auth: AuthConfig | undefined): Authenticate {
  if (auth === undefined) return () => Promise.resolve(localViewer);
  const verify = createVerify(auth);
  return async (authorization) => {
    const token = /^Bearer +([^ ]+) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw new AppError(
        'UNAUTHENTICATED',
        'The request has no token. Send the header "Authorization: Bearer …", or {"authorization": "Bearer …"} as the payload of connection_init.',
      );
    }
    try {
      return viewerOf(await verify(token));
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (isKeySetFailure(error)) {
        throw new AppError(
          'UPSTREAM_FAILED',
          'The key set at AUTH_JWKS_URL cannot be read. Try again in a moment.',
          {
            cause: error,
          },
        );
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError('UNAUTHENTICATED', `The token is not valid: ${reason}. Get a new one.`, {
        cause: error,
      });
    }
  };
}

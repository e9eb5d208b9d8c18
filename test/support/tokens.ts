// Bearer tokens, as an identity provider makes them, and the provider's key set on a server of its own.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const secret = 'the secret of the tests, which is long enough';

export type Claims = JWTPayload & { roles?: unknown };

/** In seconds since 1970, as tokens have it. */
export const inSeconds = (seconds: number): number => Date.now() / 1_000 + seconds;

export async function signWithSecret(claims: Claims, key = secret): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key));
}

/** A token that nobody signed. */
export function unsigned(claims: Claims): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(claims)}.`;
}

export type Issuer = {
  jwksUrl: string;
  /** The RSA public key in PEM, which everyone may know. */
  publicKey: string;
  sign(algorithm: 'RS256' | 'ES256', claims: Claims): Promise<string>;
  /** From now on the server answers with this instead of its keys. */
  answerWith(status: number, body: string): void;
  stop(): Promise<void>;
};

export async function startIssuer(): Promise<Issuer> {
  const keys = {
    RS256: await generateKeyPair('RS256', { extractable: true }),
    ES256: await generateKeyPair('ES256', { extractable: true }),
  };
  const jwks = await Promise.all(
    Object.entries(keys).map(async ([alg, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      alg,
      kid: alg,
    })),
  );
  let answer = { status: 200, body: JSON.stringify({ keys: jwks }) };
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json', connection: 'close' });
    response.end(answer.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    jwksUrl: `http://127.0.0.1:${port}/jwks.json`,
    publicKey: await exportSPKI(keys.RS256.publicKey),
    sign: (alg, claims) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: alg }).sign(keys[alg].privateKey),
    answerWith(status, body) {
      answer = { status, body };
    },
    async stop() {
      await once(server.close(), 'close');
    },
  };
}

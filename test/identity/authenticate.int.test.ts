import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { createAuthenticate } from '../../src/identity/authenticate.ts';
import { localViewer } from '../../src/identity/viewer.ts';
import {
  type Claims,
  type Issuer,
  inSeconds,
  secret,
  signWithSecret,
  startIssuer,
  unsigned,
} from '../support/tokens.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

const expected = { issuer: 'https://id.example', audience: 'afterword' };
const good = { sub: 'ada', iss: expected.issuer, aud: expected.audience };
const withSecret = createAuthenticate({ kind: 'secret', secret, ...expected });
const withJwks = () => createAuthenticate({ kind: 'jwks', url: issuer.jwksUrl, ...expected });

/** The code and the message of a refusal. */
async function refusal(authentication: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await authentication.then(
    () => new Error('The token was accepted.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error;
  return { code: error.code, message: error.message };
}

async function refusedBySecret(claims: Claims): Promise<string> {
  const { code, message } = await refusal(withSecret(`Bearer ${await signWithSecret(claims)}`));
  expect(code).toBe('UNAUTHENTICATED');
  return message;
}

describe('without authentication', () => {
  it('everyone is the local viewer, who may do everything, whatever they send', async () => {
    const authenticate = createAuthenticate(undefined);
    expect(await authenticate(undefined)).toBe(localViewer);
    expect(await authenticate('Bearer nonsense')).toBe(localViewer);
    expect(localViewer.roles).toContain('ADMIN');
  });
});

describe('with a secret', () => {
  it('a token gives the username, the roles and the time of its expiry', async () => {
    const exp = Math.floor(inSeconds(60));
    const token = await signWithSecret({ ...good, roles: ['ANALYST', 'SERVICE'], exp });
    const viewer = { username: 'ada', roles: ['ANALYST', 'SERVICE'], expiresAt: exp * 1_000 };
    expect(await withSecret(`Bearer ${token}`)).toEqual(viewer);
    expect(await withSecret(`bearer  ${token} `)).toEqual(viewer);
  });

  it('a token without roles is a USER, and unknown roles are ignored', async () => {
    expect(await withSecret(`Bearer ${await signWithSecret(good)}`)).toMatchObject({
      roles: ['USER'],
      expiresAt: undefined,
    });
    const unknown = await signWithSecret({ ...good, roles: ['admin', 'OWNER', 'ANALYST'] });
    expect((await withSecret(`Bearer ${unknown}`)).roles).toEqual(['ANALYST']);
    const none = await signWithSecret({ ...good, roles: [] });
    expect((await withSecret(`Bearer ${none}`)).roles).toEqual([]);
  });

  it.each([undefined, null, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'token'])(
    'an Authorization of %j is refused, and the message says how to send a token',
    async (authorization) => {
      const { code, message } = await refusal(withSecret(authorization));
      expect(code).toBe('UNAUTHENTICATED');
      expect(message).toContain('Authorization: Bearer');
    },
  );

  it('text that is not a token is refused', async () => {
    for (const token of ['x', 'a.b.c', '..', `${await signWithSecret(good)}x`]) {
      expect((await refusal(withSecret(`Bearer ${token}`))).code).toBe('UNAUTHENTICATED');
    }
  });

  it('a token that was signed with another key is refused', async () => {
    const forged = await signWithSecret(good, `another ${secret}`);
    expect(await refusal(withSecret(`Bearer ${forged}`))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('a token without a signature is refused', async () => {
    expect(await refusal(withSecret(`Bearer ${unsigned(good)}`))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('a token of another issuer, or for another audience, is refused', async () => {
    expect(await refusedBySecret({ ...good, iss: 'https://other.example' })).toContain('"iss"');
    expect(await refusedBySecret({ ...good, aud: 'other' })).toContain('"aud"');
    expect(await refusedBySecret({ sub: 'ada', aud: expected.audience })).toContain('"iss"');
    expect(await refusedBySecret({ sub: 'ada', iss: expected.issuer })).toContain('"aud"');
    const several = await signWithSecret({ ...good, aud: ['other', 'afterword'] });
    expect((await withSecret(`Bearer ${several}`)).username).toBe('ada');
  });

  it('a token that has expired, or is not valid yet, is refused', async () => {
    expect(await refusedBySecret({ ...good, exp: inSeconds(-60) })).toContain('"exp"');
    expect(await refusedBySecret({ ...good, nbf: inSeconds(60) })).toContain('"nbf"');
  });

  it.each([
    ['no sub', { sub: undefined }, 'sub (the username)'],
    ['an empty sub', { sub: '' }, 'sub'],
    ['a sub of 201 characters', { sub: 'x'.repeat(201) }, 'sub'],
    ['roles that are a string', { roles: 'ADMIN' }, 'roles must be a list of strings'],
    ['roles that are an object', { roles: { ADMIN: true } }, 'roles must be a list of strings'],
    ['roles that are numbers', { roles: [1] }, 'roles'],
    ['roles that are null', { roles: null }, 'roles'],
  ])('a token with %s is refused, and the message says what is needed', async (_name, claims, named) => {
    expect(await refusedBySecret({ ...good, ...claims } as Claims)).toContain(named);
  });
});

describe('with a key set', () => {
  it.each(['RS256', 'ES256'] as const)('a token signed with %s is accepted', async (algorithm) => {
    const token = await issuer.sign(algorithm, { ...good, roles: ['ADMIN'] });
    expect(await withJwks()(`Bearer ${token}`)).toMatchObject({ username: 'ada', roles: ['ADMIN'] });
  });

  it('a token that was signed with the public key as a secret is refused', async () => {
    const forged = await signWithSecret(good, issuer.publicKey);
    expect(await refusal(withJwks()(`Bearer ${forged}`))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('a token without a signature, of a key that is not in the set, or for another audience is refused', async () => {
    const otherIssuer = await startIssuer();
    try {
      for (const token of [
        unsigned(good),
        await otherIssuer.sign('RS256', good),
        await issuer.sign('ES256', { ...good, aud: 'other' }),
        await issuer.sign('ES256', { ...good, exp: inSeconds(-60) }),
        await issuer.sign('ES256', { iss: good.iss, aud: good.aud }),
      ]) {
        expect((await refusal(withJwks()(`Bearer ${token}`))).code).toBe('UNAUTHENTICATED');
      }
    } finally {
      await otherIssuer.stop();
    }
  });

  it('that cannot be read, a token fails with UPSTREAM_FAILED, and may succeed later', async () => {
    const broken = await startIssuer();
    const token = `Bearer ${await broken.sign('ES256', good)}`;
    const authenticate = createAuthenticate({ kind: 'jwks', url: broken.jwksUrl });
    for (const [status, body] of [
      [500, 'oops'],
      [200, '<html>'],
      [200, '{"keys":1}'],
    ] as const) {
      broken.answerWith(status, body);
      expect((await refusal(authenticate(token))).code, body).toBe('UPSTREAM_FAILED');
    }
    const { message } = await refusal(authenticate(token));
    expect(message).toContain('AUTH_JWKS_URL');
    await broken.stop();
    expect((await refusal(authenticate(token))).code).toBe('UPSTREAM_FAILED');
  });
});

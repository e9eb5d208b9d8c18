import { describe, expect, it } from 'vitest';
import { ConfigError, environmentSchema, parseConfig } from '../src/config.ts';
import { isLoopback } from '../src/loopback.ts';

const secret = 'a secret of more than thirty-two characters';

/** The problems that are reported for the environment. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('defaults to one local viewer, the embedded Postgres and the demo model', () => {
    expect(parseConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4000,
      dataDir: '.afterword',
      databaseUrl: undefined,
      databasePoolSize: 10,
      modelEndpoint: undefined,
      models: undefined,
      modelTimeoutMs: 60_000,
      modelIdleTimeoutMs: 60_000,
      auth: undefined,
      allowedOrigins: [],
      logLevel: 'info',
      maxMessageBytes: 1_048_576,
      maxReplyBytes: 1_048_576,
      maxGenerationsPerUser: 10,
      maxConnectionsPerUser: 100,
      maxSubscriptionsPerConnection: 100,
      appendTimeoutMs: 10_000,
      generationLeaseMs: 10_000,
      shutdownGraceMs: 10_000,
    });
  });

  it('treats an empty variable as unset', () => {
    const empty = Object.fromEntries(Object.keys(environmentSchema.shape).map((name) => [name, '']));
    expect(parseConfig(empty)).toEqual(parseConfig({}));
  });

  it('accepts every variable', () => {
    const config = parseConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      DATABASE_URL: 'postgres://me:pass@db:5432/afterword',
      MODEL_BASE_URL: 'http://127.0.0.1:8080/v1',
      MODEL_API_KEY: 'key',
      MODELS: ' a/b , c,',
      AUTH_JWT_SECRET: secret,
      AUTH_ISSUER: 'https://id.example',
      AUTH_AUDIENCE: 'afterword',
      ALLOWED_ORIGINS: 'https://chat.example, http://localhost:5173',
      LOG_LEVEL: 'silent',
    });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      databaseUrl: 'postgres://me:pass@db:5432/afterword',
      modelEndpoint: { baseUrl: 'http://127.0.0.1:8080/v1', apiKey: 'key' },
      models: ['a/b', 'c'],
      auth: { kind: 'secret', secret, issuer: 'https://id.example', audience: 'afterword' },
      allowedOrigins: ['https://chat.example', 'http://localhost:5173'],
      logLevel: 'silent',
    });
    const jwks = parseConfig({ HOST: '::', AUTH_JWKS_URL: 'https://id.example/jwks.json' });
    expect(jwks.auth).toMatchObject({ kind: 'jwks', url: 'https://id.example/jwks.json' });
  });

  it('reports every invalid variable at once, with its rule and its value', () => {
    const problems = problemsOf({
      PORT: '80000',
      DATABASE_URL: 'mysql://host/x',
      MODEL_BASE_URL: 'localhost:8080',
      MODELS: ' , ',
      MODEL_TIMEOUT_MS: '1s',
      MODEL_IDLE_TIMEOUT_MS: '99',
      AUTH_JWT_SECRET: 'short',
      ALLOWED_ORIGINS: 'https://chat.example/,*',
      LOG_LEVEL: 'loud',
      MAX_MESSAGE_BYTES: '1.5',
      MAX_REPLY_BYTES: '999',
      MAX_GENERATIONS_PER_USER: '0',
      MAX_CONNECTIONS_PER_USER: 'many',
      MAX_SUBSCRIPTIONS_PER_CONNECTION: '1000001',
      APPEND_TIMEOUT_MS: '-1',
      DATABASE_POOL_SIZE: '1e2',
      GENERATION_LEASE_MS: ' ',
      SHUTDOWN_GRACE_MS: '0x10',
    });
    expect(problems).toEqual([
      'PORT must be a whole number from 0 to 65535; it is "80000".',
      'DATABASE_URL must be a Postgres URL, such as postgresql://user:password@host:5432/afterword; it is (not shown).',
      'MODEL_BASE_URL must be an http:// or https:// URL, such as http://127.0.0.1:8080/v1; it is "localhost:8080".',
      'MODELS must name at least one model id; it is " , ".',
      'MODEL_TIMEOUT_MS must be a whole number from 100 to 300000; it is "1s".',
      'MODEL_IDLE_TIMEOUT_MS must be a whole number from 100 to 300000; it is "99".',
      'AUTH_JWT_SECRET must be at least 32 characters; make one with: openssl rand -base64 48; it is (not shown).',
      'ALLOWED_ORIGINS must be origins such as https://chat.example, without a path, separated by commas; it is "https://chat.example/,*".',
      'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent; it is "loud".',
      'MAX_MESSAGE_BYTES must be a whole number from 1 to 104857600; it is "1.5".',
      'MAX_REPLY_BYTES must be a whole number from 1000 to 104857600; it is "999".',
      'MAX_GENERATIONS_PER_USER must be a whole number from 1 to 1000000; it is "0".',
      'MAX_CONNECTIONS_PER_USER must be a whole number from 1 to 1000000; it is "many".',
      'MAX_SUBSCRIPTIONS_PER_CONNECTION must be a whole number from 1 to 1000000; it is "1000001".',
      'APPEND_TIMEOUT_MS must be a whole number from 100 to 600000; it is "-1".',
      'DATABASE_POOL_SIZE must be a whole number from 2 to 1000; it is "1e2".',
      'GENERATION_LEASE_MS must be a whole number from 1000 to 600000; it is " ".',
      'SHUTDOWN_GRACE_MS must be a whole number from 0 to 600000; it is "0x10".',
    ]);
  });

  it('never shows a secret or a password in a URL', () => {
    const environment = {
      AUTH_JWT_SECRET: 'hunter2',
      DATABASE_URL: 'mysql://me:hunter2@db/x',
      MODEL_BASE_URL: 'ftp://me:hunter2@model/v1',
      AUTH_JWKS_URL: 'ftp://me:hunter2@id/jwks.json',
      MODEL_API_KEY: 'hunter2',
    };
    expect(problemsOf(environment)).not.toHaveLength(0);
    expect(problemsOf(environment).join()).not.toContain('hunter2');
  });
});

describe('rules across variables', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.com', '127.0.0.1.example.com', '127.1'])(
    'HOST %s is refused without authentication, and the message says why and what to do',
    (HOST) => {
      const problems = problemsOf({ HOST });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`HOST "${HOST}" can be reached from other machines`);
      expect(problems[0]).toContain('set AUTH_JWT_SECRET or AUTH_JWKS_URL, or listen on 127.0.0.1');
      expect(problemsOf({ HOST, AUTH_JWT_SECRET: secret })).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1', '[::1]', 'LocalHost'])('%s is loopback', (HOST) => {
    expect(isLoopback(HOST)).toBe(true);
    expect(problemsOf({ HOST })).toEqual([]);
  });

  it.each([
    [{ AUTH_ISSUER: 'x' }, 'AUTH_ISSUER needs AUTH_JWT_SECRET or AUTH_JWKS_URL.'],
    [{ AUTH_AUDIENCE: 'x' }, 'AUTH_AUDIENCE needs AUTH_JWT_SECRET or AUTH_JWKS_URL.'],
    [
      { AUTH_JWT_SECRET: secret, AUTH_JWKS_URL: 'http://id/jwks' },
      'AUTH_JWT_SECRET and AUTH_JWKS_URL exclude each other: set only one.',
    ],
    [{ MODEL_API_KEY: 'x' }, 'MODEL_API_KEY needs MODEL_BASE_URL.'],
    [
      { MODEL_BASE_URL: 'http://model/v1' },
      'MODEL_BASE_URL needs MODELS: the ids of the available models, separated by commas.',
    ],
  ])('%o is refused', (environment, problem) => {
    expect(problemsOf(environment)).toEqual([problem]);
  });

  it('are reported together with the invalid values', () => {
    expect(problemsOf({ PORT: 'x', AUTH_ISSUER: 'x' })).toHaveLength(2);
  });
});

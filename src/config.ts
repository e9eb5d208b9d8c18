// Parses the environment into a Config. No other file reads the environment.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { isLoopback } from './loopback.ts';

function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(min, { error }).max(max, { error }));
}

const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be an http:// or https:// URL, such as http://127.0.0.1:8080/v1',
});

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** The timeout of Node's fetch, which a longer setting could not exceed. */
const maxFetchMs = 300_000;

/** Every variable that Afterword reads, by its name in the environment. */
export const environmentSchema = z.object({
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Any but a loopback address needs AUTH_JWT_SECRET or AUTH_JWKS_URL'),
  PORT: integer(0, 65_535).default(4000).describe('Port to listen on; 0 chooses a free port'),
  DATA_DIR: z.string().default('.afterword').describe('Folder of the embedded Postgres'),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a Postgres URL, such as postgresql://user:password@host:5432/afterword',
    })
    .optional()
    .describe('Postgres 15 to 18 to use instead of the embedded one'),
  MODEL_BASE_URL: httpUrl
    .optional()
    .describe(
      'OpenAI-compatible endpoint, up to and including /v1; without it the built-in demo model answers',
    ),
  MODEL_API_KEY: z.string().optional().describe('Key that is sent to MODEL_BASE_URL as a bearer token'),
  MODELS: list
    .pipe(z.array(z.string()).min(1, { error: 'must name at least one model id' }))
    .optional()
    .describe('Ids of the available models, separated by commas; the first is the default'),
  MODEL_TIMEOUT_MS: integer(100, maxFetchMs)
    .default(60_000)
    .describe('How long the endpoint may take until its answer begins, retries included'),
  MODEL_IDLE_TIMEOUT_MS: integer(100, maxFetchMs)
    .default(60_000)
    .describe('How long an answer may be silent once it has begun'),
  AUTH_JWT_SECRET: z
    .string()
    .min(32, { error: 'must be at least 32 characters; make one with: openssl rand -base64 48' })
    .optional()
    .describe('Secret of HS256 bearer tokens, at least 32 characters'),
  AUTH_JWKS_URL: httpUrl
    .optional()
    .describe('URL of the key set of RS256, PS256, ES256, ES384 or EdDSA bearer tokens'),
  AUTH_ISSUER: z.string().optional().describe('Required `iss` of tokens'),
  AUTH_AUDIENCE: z.string().optional().describe('Required `aud` of tokens'),
  PSEUDONYM_KEY: z
    .string()
    .min(32, { error: 'must be at least 32 characters; make one with: openssl rand -base64 48' })
    .optional()
    .describe(
      'Secret with which exports hash usernames, at least 32 characters; with the same secret the hashes stay the same',
    ),
  ALLOWED_ORIGINS: list
    .pipe(
      z.array(
        z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
          error: 'must be origins such as https://chat.example, without a path, separated by commas',
        }),
      ),
    )
    .default([])
    .describe('Origins of other sites whose pages may use the API, separated by commas'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    })
    .default('info')
    .describe('What is logged to stderr, as JSON lines'),
  MAX_MESSAGE_BYTES: integer(1, 104_857_600)
    .default(1_048_576)
    .describe('Maximum size of a message, in bytes of UTF-8'),
  MAX_REPLY_BYTES: integer(1_000, 104_857_600)
    .default(1_048_576)
    .describe(
      'Maximum size of a reply, in bytes of UTF-8, reasoning included; a reply that reaches it is STOPPED',
    ),
  MAX_GENERATIONS_PER_USER: integer(1, 1_000_000)
    .default(10)
    .describe('Maximum number of replies at once in the conversations of one user, on all nodes together'),
  MAX_CONNECTIONS_PER_USER: integer(1, 1_000_000)
    .default(100)
    .describe('Maximum number of WebSockets and event streams of one user at once, on one node'),
  MAX_SUBSCRIPTIONS_PER_CONNECTION: integer(1, 1_000_000)
    .default(100)
    .describe('Maximum number of subscriptions at once on one WebSocket'),
  APPEND_TIMEOUT_MS: integer(100, 600_000)
    .default(10_000)
    .describe('How long a write waits for Postgres before it fails with UPSTREAM_FAILED'),
  DATABASE_POOL_SIZE: integer(2, 1_000)
    .default(10)
    .describe('Maximum number of connections to Postgres for reads; each node has four more'),
  NATS_URL: list
    .pipe(
      z.array(
        z.url({
          protocol: /^(nats|tls)$/,
          error: 'must be NATS servers such as nats://127.0.0.1:4222, separated by commas',
        }),
      ),
    )
    .optional()
    .describe('NATS servers that carry wake-ups and live text between nodes, separated by commas'),
  GENERATION_LEASE_MS: integer(1_000, 600_000)
    .default(10_000)
    .describe('How long after the death of its node a running reply is ended as INTERRUPTED, at the latest'),
  SHUTDOWN_GRACE_MS: integer(0, 600_000)
    .default(10_000)
    .describe('How long running replies may go on after SIGTERM, and over how long connections are closed'),
});

type Environment = z.output<typeof environmentSchema>;

/** How bearer tokens are verified. */
export type AuthConfig = { issuer?: string | undefined; audience?: string | undefined } & (
  | { kind: 'secret'; secret: string }
  | { kind: 'jwks'; url: string }
);

/** Thrown by parseConfig. Its message lists every invalid variable, one per line. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

function rulesAcrossVariables(env: Record<string, string | undefined>): string[] {
  const problems: string[] = [];
  const hasAuth = env.AUTH_JWT_SECRET !== undefined || env.AUTH_JWKS_URL !== undefined;
  if (env.AUTH_JWT_SECRET !== undefined && env.AUTH_JWKS_URL !== undefined) {
    problems.push('AUTH_JWT_SECRET and AUTH_JWKS_URL exclude each other: set only one.');
  }
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE']) {
    if (env[name] !== undefined && !hasAuth) problems.push(`${name} needs AUTH_JWT_SECRET or AUTH_JWKS_URL.`);
  }
  if (env.HOST !== undefined && !isLoopback(env.HOST) && !hasAuth) {
    problems.push(
      `HOST ${JSON.stringify(env.HOST)} can be reached from other machines, and without authentication ` +
        'everyone there could read and write everything: set AUTH_JWT_SECRET or AUTH_JWKS_URL, or listen on 127.0.0.1.',
    );
  }
  if (env.MODEL_API_KEY !== undefined && env.MODEL_BASE_URL === undefined) {
    problems.push('MODEL_API_KEY needs MODEL_BASE_URL.');
  }
  if (env.MODEL_BASE_URL !== undefined && env.MODELS === undefined) {
    problems.push('MODEL_BASE_URL needs MODELS: the ids of the available models, separated by commas.');
  }
  return problems;
}

function authOf(env: Environment): AuthConfig | undefined {
  const expected = { issuer: env.AUTH_ISSUER, audience: env.AUTH_AUDIENCE };
  if (env.AUTH_JWT_SECRET !== undefined) return { kind: 'secret', secret: env.AUTH_JWT_SECRET, ...expected };
  if (env.AUTH_JWKS_URL !== undefined) return { kind: 'jwks', url: env.AUTH_JWKS_URL, ...expected };
  return undefined;
}

function toConfig(env: Environment) {
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    /** Undefined: the built-in demo model. */
    modelEndpoint:
      env.MODEL_BASE_URL === undefined
        ? undefined
        : { baseUrl: env.MODEL_BASE_URL, apiKey: env.MODEL_API_KEY },
    models: env.MODELS,
    modelTimeoutMs: env.MODEL_TIMEOUT_MS,
    modelIdleTimeoutMs: env.MODEL_IDLE_TIMEOUT_MS,
    /** Undefined: one local viewer who may do everything. */
    auth: authOf(env),
    pseudonymKey: env.PSEUDONYM_KEY,
    allowedOrigins: env.ALLOWED_ORIGINS,
    logLevel: env.LOG_LEVEL,
    maxMessageBytes: env.MAX_MESSAGE_BYTES,
    maxReplyBytes: env.MAX_REPLY_BYTES,
    maxGenerationsPerUser: env.MAX_GENERATIONS_PER_USER,
    maxConnectionsPerUser: env.MAX_CONNECTIONS_PER_USER,
    maxSubscriptionsPerConnection: env.MAX_SUBSCRIPTIONS_PER_CONNECTION,
    appendTimeoutMs: env.APPEND_TIMEOUT_MS,
    /** Undefined: one node, or several nodes that learn of each other's changes by polling. */
    natsUrl: env.NATS_URL?.join(','),
    generationLeaseMs: env.GENERATION_LEASE_MS,
    shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
  };
}

/** The settings of the server and the commands. environmentSchema describes each. */
export type Config = ReturnType<typeof toConfig>;

/**
 * Parses the environment. An empty value counts as unset.
 * @throws ConfigError that lists every invalid variable and its rule
 */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const variables = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(variables);
  const messages = new Map(
    (parsed.error?.issues ?? []).map(({ path, message }) => [String(path[0]), message]),
  );
  const problems = [...messages].map(([name, message]) => {
    // A URL may contain a password.
    const isSecret = /SECRET|KEY|DATABASE_URL/.test(name) || variables[name]?.includes('@');
    return `${name} ${message}; it is ${isSecret ? '(not shown)' : JSON.stringify(variables[name])}.`;
  });
  problems.push(...rulesAcrossVariables(variables));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}

/** The environment, with the variables of a file `.env` in the working folder, which it overrides. */
export function readEnvironment(): Record<string, string | undefined> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

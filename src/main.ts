// The server's process: reads the configuration, starts the app and stops it on signals.
import { startApp } from './app.ts';
import { ConfigError, parseConfig, readEnvironment } from './config.ts';
import { createLogger } from './logger.ts';

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function configOrFail() {
  try {
    return parseConfig(readEnvironment());
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message);
    throw error;
  }
}

function explain(error: unknown, port: number): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is in use by another program. Stop that program, or choose another port: PORT=${port + 1} npm start`;
  }
  return `Afterword could not start: ${error instanceof Error ? error.message : String(error)}`;
}

const config = configOrFail();
const log = createLogger(config.logLevel);
const app = await startApp(config, log).catch((error: unknown) => fail(explain(error, config.port)));

process.stdout.write(`
Afterword is ready.

  Chat:       ${app.url}/
  Dashboard:  ${app.url}/dashboard
  Log:        ${app.url}/log
  API:        ${app.url}/graphql   (HTTP, SSE and WebSocket; GraphiQL in a browser)
  Models:     ${app.models.join(', ')}${app.isDemo ? '   (built-in demo; set MODEL_BASE_URL to use a real model)' : ''}
  Data:       ${config.databaseUrl === undefined ? config.dataDir : 'in the database of DATABASE_URL'}

  Try the API:

  curl ${app.url}/graphql -H 'content-type: application/json' -d '{"query":"{ viewer { username } models { nodes { id } } }"}'

Press Ctrl-C to stop, and again to stop at once.
`);

/** npm forwards a signal that the terminal has sent to the server already: two within this time count as one. */
const sameSignalMs = 100;
let stopRequestedAt: number | undefined;

async function stop(signal: string): Promise<void> {
  if (stopRequestedAt !== undefined) {
    if (performance.now() - stopRequestedAt < sameSignalMs) return;
    log.warn(
      { signal },
      'stopping at once; other nodes, or the next start, take care of the running replies',
    );
    process.exit(1);
  }
  stopRequestedAt = performance.now();
  log.info({ signal }, 'stopping');
  await app.stop();
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => fail(explain(error, config.port)));
  });
}

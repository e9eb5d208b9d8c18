// The server's process: reads the configuration, starts the app, stops it on signals.
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
    return `Port ${port} is taken by another program: stop it, or set PORT to another one, such as PORT=${port + 1} npm start.`;
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
  Models:     ${app.models.join(', ')}${app.isDemo ? '   (the built-in demo; set MODEL_BASE_URL for a real one)' : ''}
  Data:       ${config.databaseUrl === undefined ? config.dataDir : 'DATABASE_URL'}

  curl ${app.url}/graphql -H 'content-type: application/json' -d '{"query":"{ viewer { username } models { nodes { id } } }"}'

Ctrl-C stops it; twice, at once.
`);

/** npm passes on a signal that the terminal has sent to the server as well: two within this time are one. */
const sameSignalMs = 100;
let stoppingSince: number | undefined;

async function stop(signal: string): Promise<void> {
  if (stoppingSince !== undefined) {
    if (performance.now() - stoppingSince < sameSignalMs) return;
    log.warn({ signal }, 'stopping at once: running replies are left to other nodes, or to the next start');
    process.exit(1);
  }
  stoppingSince = performance.now();
  log.info({ signal }, 'stopping');
  await app.stop();
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => fail(explain(error, config.port)));
  });
}

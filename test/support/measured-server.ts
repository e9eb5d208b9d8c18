// A server that says what it needs of memory, garbage not counted: to be forked with --expose-gc.
import { startApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';

const config = parseConfig(process.env);
const app = await startApp(config, createLogger(config.logLevel));

process.on('message', () => {
  // As a system that runs out of memory asks for it: the process gives back what it does not use.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ bytes: heapUsed + external, rss, cursors: app.openCursors() });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ url: app.url });

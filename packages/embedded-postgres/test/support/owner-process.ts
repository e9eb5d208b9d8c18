// A process of its own that starts the embedded Postgres in the folder that it is given, and then only lives.
// It prints `{ url }`, or `{ error }` and ends; SIGINT does nothing to it, as while a server drains.
import { startEmbedded } from '../../src/index.ts';

const [dataDir = ''] = process.argv.slice(2);
process.on('SIGINT', () => {});
const keepAlive = setInterval(() => {}, 60_000);
try {
  const { url } = await startEmbedded({ dataDir, durable: false });
  console.log(JSON.stringify({ url }));
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  clearInterval(keepAlive);
}

// A process that starts Postgres in the data folder that is its argument, and then waits to be killed. It prints
// `{ url }`, or prints `{ error }` and exits. It ignores SIGINT, like a server that finishes its work first.
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

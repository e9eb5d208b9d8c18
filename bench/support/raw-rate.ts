// Worker, the limit of `feedback`: raw pg, one hand-written statement and one transaction per rating.
import pg from 'pg';
import { type LoadTarget, serveLoad } from './load.ts';
import { randomAuthor } from './random-author.ts';
import { rateOnce } from './rate-once.ts';

const changes = [
  { rating: 'like', score: null },
  { rating: 'dislike', score: null },
  { rating: null, score: 0.75 },
];

serveLoad(async ({ url }: LoadTarget) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async send(id, sequence) {
      const change = changes[sequence % changes.length];
      const values = [id, randomAuthor(), change?.rating ?? null, change?.score ?? null];
      const { rowCount } = await client.query({ name: 'rate', text: rateOnce, values });
      if (rowCount !== 1) throw new Error(`The rating of ${id} was not written.`);
    },
    close: () => client.end(),
  };
});

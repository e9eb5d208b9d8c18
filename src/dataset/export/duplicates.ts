// Remembers every record that was exported, to leave out those that are exactly the same: in a temporary table of
// Postgres, so that the memory of this process does not grow with the export.
import { createHash } from 'node:crypto';
import type pg from 'pg';

export type Duplicates = {
  /** Which of the texts are new, in their order. */
  findNew(texts: readonly string[]): Promise<boolean[]>;
  close(): void;
};

/** 128 bits of a cryptographic hash: two different records never share it in practice. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

export async function openDuplicates(pool: pg.Pool): Promise<Duplicates> {
  const client = await pool.connect();
  // A connection that breaks says so to whoever waits for its answer; unheard here, it would end the process.
  client.on('error', () => {});
  // The table goes with its connection.
  const close = () => client.release(true);
  try {
    await client.query('CREATE TEMPORARY TABLE seen (hash uuid PRIMARY KEY)');
  } catch (error) {
    close();
    throw error;
  }
  return {
    close,
    async findNew(texts) {
      const hashes = texts.map(hashOf);
      const { rows } = await client.query<{ hash: string }>({
        name: 'find_new',
        text: `INSERT INTO seen SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING replace(hash::text, '-', '') AS hash`,
        values: [hashes],
      });
      const fresh = new Set(rows.map(({ hash }) => hash));
      // Set.delete tells the first of several within these texts from the others.
      return hashes.map((hash) => fresh.delete(hash));
    },
  };
}

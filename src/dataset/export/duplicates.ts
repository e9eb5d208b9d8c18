// Finds records that were exported before, by their hashes in a temporary table of Postgres: the memory of this process
// does not grow with the export.
import { createHash } from 'node:crypto';
import type pg from 'pg';

export type Duplicates = {
  /** @returns for each of the texts, in their order, whether it is new */
  findNew(texts: readonly string[]): Promise<boolean[]>;
  close(): void;
};

/** 128 bits of a cryptographic hash: in practice, two different records never share it. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

export async function openDuplicates(pool: pg.Pool): Promise<Duplicates> {
  const client = await pool.connect();
  // A lost connection also rejects the query that is running; without a listener, its event would end the process.
  client.on('error', () => {});
  // Destroying the connection drops the table.
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
      const inserted = new Set(rows.map(({ hash }) => hash));
      // Set.delete is true only for the first of equal texts within the call.
      return hashes.map((hash) => inserted.delete(hash));
    },
  };
}

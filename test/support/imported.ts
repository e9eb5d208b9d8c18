// Imports lines within the test's process, as the command does, and shows what they left in the log.
import { Readable } from 'node:stream';
import type pg from 'pg';
import { connect } from '../../src/database/connect.ts';
import { createAppender } from '../../src/dataset/import/append.ts';
import { importSource } from '../../src/dataset/import/import.ts';
import { type ImportFormat, importFormats } from '../../src/dataset/import/sources/sources.ts';
import { createLogWriter } from '../../src/log/writer.ts';

export type Imported = {
  added: number;
  known: number;
  /** `number reason` of each bad line, in the order of their numbers. */
  bad: string[];
};

export type Importer = {
  importLines(
    lines: string[],
    given?: { topic?: string; username?: string; format?: ImportFormat },
  ): Promise<Imported>;
  close(): Promise<void>;
};

export function createImporter(url: string): Importer {
  const database = connect({ url, poolSize: 2, onError: () => {} });
  const { pool, writerPool } = database;
  const writer = createLogWriter({ pool: writerPool, timeoutMs: 10_000, onCommitted: () => {} });
  return {
    async importLines(lines, { topic = 'fruit', username = 'imported', format = importFormats.ensign } = {}) {
      const chunks = Readable.from([Buffer.from(lines.join('\n'))]);
      const options = { topic, username, utcOffset: '', maxMessageBytes: 1_000, now: () => new Date() };
      const bad: [number, string][] = [];
      const { added, known } = await importSource(format.read(chunks, options), {
        append: createAppender({ writer, pool, topic }),
        isStrict: false,
        onBadLine: (line, reason) => void bad.push([line, reason]),
        onProgress: () => {},
      });
      return {
        added,
        known,
        bad: bad.sort(([a], [b]) => a - b).map(([line, reason]) => `${line} ${reason}`),
      };
    },
    async close() {
      await writer.drain();
      await database.close();
    },
  };
}

/** All that the log holds but for its order between conversations, and when it was written. */
export async function contentsOf(client: pg.ClientBase): Promise<Record<string, unknown[]>> {
  const rows = async (sql: string) => (await client.query<{ row: unknown }>(sql)).rows.map(({ row }) => row);
  return {
    event: await rows(
      `SELECT to_jsonb(event) - 'offset' - 'recorded_at' AS row FROM event ORDER BY conversation_id, version`,
    ),
    conversation: await rows(
      `SELECT to_jsonb(c) - 'ended_at' - 'started_at' AS row FROM conversation AS c ORDER BY id`,
    ),
    message: await rows('SELECT to_jsonb(message) AS row FROM message ORDER BY id'),
    feedback: await rows(
      `SELECT to_jsonb(f) - 'created_at' - 'updated_at' AS row FROM feedback AS f ORDER BY message_id, username`,
    ),
  };
}

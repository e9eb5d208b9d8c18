// The limit of `read`: one json_agg statement behind a bare node:http server, without GraphQL.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import pg from 'pg';
import { z } from 'zod';

const requestSchema = z.object({ variables: z.object({ id: z.string() }) });

// As text, so that pg does not parse the JSON and the server does not serialize it again.
const read = `SELECT json_build_object('data', json_build_object('conversation', json_build_object(
    'id', c.id, 'title', c.title, 'model', json_build_object('id', c.model_id),
    'messages', json_build_object('nodes', coalesce(m.nodes, '[]')))))::text AS body
  FROM conversation AS c
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', page.id, 'role', page.role, 'content', page.content,
             'createdAt', page.created_at, 'feedback', coalesce(f.feedback, '[]')) ORDER BY page.position) AS nodes
    FROM (SELECT * FROM message WHERE conversation_id = c.id ORDER BY position LIMIT 100) AS page
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object('rating', rating, 'score', score, 'comment', comment)) AS feedback
      FROM feedback WHERE message_id = page.id
    ) AS f ON true
  ) AS m ON true
  WHERE c.id = $1`;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL_SIZE) });

const server = createServer((request, response) => {
  const answer = async (): Promise<void> => {
    const { variables } = requestSchema.parse(JSON.parse(await readText(request)));
    const { rows } = await pool.query<{ body: string }>({ name: 'read', text: read, values: [variables.id] });
    const body = rows[0]?.body ?? '{"data":{"conversation":null}}';
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(port);
});
process.once('disconnect', () => process.exit(0));

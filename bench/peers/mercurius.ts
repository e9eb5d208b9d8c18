// Mercurius with its JIT compiler, hand-written resolvers, and one batched loader per relation.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL_SIZE) });

const schema = `
  enum Role { system user assistant }
  enum Rating { like dislike }
  scalar DateTime
  type Query { conversation(id: ID!): Conversation }
  type Mutation { rateReply(input: RateReplyInput!): RateReplyPayload }
  input RateReplyInput { messageId: String username: String rating: String score: Float }
  type RateReplyPayload { result: String }
  type Conversation { id: ID! title: String model: Model! messages(first: Int = 100): MessageConnection! }
  type Model { id: ID! }
  type MessageConnection { nodes: [Message!]! }
  type Message { id: ID! role: Role! content: String! createdAt: DateTime! feedback: [Feedback!]! }
  type Feedback { rating: Rating score: Float comment: String }
`;

type ConversationRow = { id: string; title: string | null; model_id: string };
type MessageRow = { id: string; conversation_id: string; role: string; content: string; created_at: Date };
type FeedbackRow = {
  message_id: string;
  rating: string | null;
  score: number | null;
  comment: string | null;
};
type RateReplyInput = { messageId: string; username: string; rating: string | null; score: number | null };
type Batch<Row, Params = unknown> = { obj: Row; params: Params }[];

function grouped<Row>(rows: Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

const resolvers = {
  Query: {
    async conversation(_root: unknown, { id }: { id: string }) {
      const { rows } = await pool.query<ConversationRow>({
        name: 'conversation',
        text: 'SELECT id, title, model_id FROM conversation WHERE id = $1',
        values: [id],
      });
      return rows[0] ?? null;
    },
  },
  Mutation: {
    async rateReply(_root: unknown, { input }: { input: RateReplyInput }) {
      const { rows } = await pool.query<{ result: string }>({
        name: 'rate_reply',
        text: 'SELECT rate_reply($1, $2, $3, $4) AS result',
        values: [input.messageId, input.username, input.rating, input.score],
      });
      return rows[0];
    },
  },
  Conversation: { model: ({ model_id }: ConversationRow) => ({ id: model_id }) },
  Message: { createdAt: ({ created_at }: MessageRow) => created_at.toISOString() },
};

const loaders = {
  Conversation: {
    async messages(batch: Batch<ConversationRow, { first: number }>) {
      const { rows } = await pool.query<MessageRow>({
        name: 'messages',
        text: `SELECT m.* FROM unnest($1::text[]) AS c (id), LATERAL (
            SELECT id, conversation_id, role, content, created_at FROM message
            WHERE conversation_id = c.id ORDER BY position LIMIT $2) AS m`,
        values: [batch.map(({ obj }) => obj.id), batch[0]?.params.first ?? 100],
      });
      const byConversation = grouped(rows, (row) => row.conversation_id);
      return batch.map(({ obj }) => ({ nodes: byConversation.get(obj.id) ?? [] }));
    },
  },
  Message: {
    async feedback(batch: Batch<MessageRow>) {
      const { rows } = await pool.query<FeedbackRow>({
        name: 'feedback',
        text: 'SELECT message_id, rating, score, comment FROM feedback WHERE message_id = ANY ($1)',
        values: [batch.map(({ obj }) => obj.id)],
      });
      const byMessage = grouped(rows, (row) => row.message_id);
      return batch.map(({ obj }) => byMessage.get(obj.id) ?? []);
    },
  },
};

const app = Fastify({ logger: false });
// A request reads nothing twice, so the loaders' cache makes no difference here.
await app.register(mercurius, { schema, resolvers, loaders, jit: 1 });
await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.(app.addresses()[0]?.port);
process.once('disconnect', () => process.exit(0));

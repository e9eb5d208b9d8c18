// Worker: Afterword's log writer in its own process, with as many concurrent callers as there are writers. Each appends
// its next event when the previous one is acknowledged.
import { connect } from '../../src/database/connect.ts';
import { newId } from '../../src/lib/ulid.ts';
import { type Append, createLogWriter, type LogWriter } from '../../src/log/writer.ts';
import { type LoadTarget, serveLoad } from './load.ts';

const actor = 'local';
const changes = [{ rating: 'like' }, { rating: 'dislike' }, { score: 0.75 }] as const;

function ratingOf(id: string, sequence: number): Append {
  const payload = { id, username: actor, source: 'end_user' as const, ...changes[sequence % changes.length] };
  return { actor, isPrivileged: false, events: [{ id: newId(), type: 'UPDATE_MESSAGE', payload }] };
}

function messageOf(conversationId: string): Append {
  const payload = {
    ...{ id: newId(), conversation_id: conversationId, role: 'user' as const },
    ...{ content: 'And then, what came of it?', rating: '' as const, feedback: '' as const },
    timestamp: new Date().toISOString(),
  };
  return {
    ...{ actor, isPrivileged: false },
    events: [{ id: newId(), type: 'ADD_MESSAGE', conversationId, payload }],
  };
}

type Shared = { writer: LogWriter; close(): Promise<void>; users: number };
let shared: Shared | undefined;

function open(url: string): Shared {
  const database = connect({
    url,
    poolSize: 1,
    onError: (error) => process.stderr.write(`${error.message}\n`),
  });
  const writer = createLogWriter({ pool: database.writerPool, timeoutMs: 10_000, onCommitted: () => {} });
  return { writer, close: () => database.close(), users: 0 };
}

serveLoad(async ({ url, templates }: LoadTarget) => {
  shared ??= open(url);
  const current = shared;
  current.users += 1;
  return {
    async send(id, sequence) {
      await current.writer.append(templates[0] === 'message' ? messageOf(id) : ratingOf(id, sequence));
    },
    async close() {
      current.users -= 1;
      if (current.users > 0) return;
      shared = undefined;
      await current.close();
    },
  };
});

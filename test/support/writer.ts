// A log writer on connections of its own, as the server has it, and the events that tests append with it.
import { connect } from '../../src/database/connect.ts';
import { newId } from '../../src/lib/ulid.ts';
import type { NewEvent } from '../../src/log/event.ts';
import { type Append, createLogWriter, type LogWriter } from '../../src/log/writer.ts';

export type TestWriter = LogWriter & {
  /** The newest offsets that onCommitted told, call by call. */
  commits: Map<string, number>[];
  close(): Promise<void>;
};

export function createTestWriter(url: string, timeoutMs = 10_000): TestWriter {
  const commits: Map<string, number>[] = [];
  const database = connect({ url, poolSize: 1, onError: () => {} });
  const writer = createLogWriter({
    pool: database.writerPool,
    timeoutMs,
    onCommitted: (newest) => commits.push(newest),
  });
  return {
    ...writer,
    commits,
    async close() {
      await writer.drain();
      await database.close();
    },
  };
}

const ada = { actor: 'ada', isPrivileged: false };

export function startOf(conversationId: string, topic = 'default'): Append {
  const payload = {
    id: conversationId,
    model: { id: 'zephyr', metadata: {} },
    username: 'ada',
    messages: [],
  };
  return { ...ada, events: [{ id: newId(), type: 'START_CONVERSATION', topic, conversationId, payload }] };
}

export function messageOf(conversationId: string, { id = newId(), content = 'hello' } = {}): Append {
  const fields = {
    role: 'user' as const,
    content,
    rating: '' as const,
    feedback: '' as const,
    timestamp: '2026-11-23T10:00:00Z',
  };
  const payload: Extract<NewEvent, { type: 'ADD_MESSAGE' }>['payload'] = {
    id,
    conversation_id: conversationId,
    ...fields,
  };
  return { ...ada, events: [{ id: newId(), type: 'ADD_MESSAGE', conversationId, payload }] };
}

export function likeOf(messageId: string, username = 'ada', id = newId()): Append {
  return {
    ...ada,
    events: [{ id, type: 'UPDATE_MESSAGE', payload: { id: messageId, username, rating: 'like' } }],
  };
}

// A conversation as it changes: its recorded events folded into a snapshot, then each new event applied as it arrives.
import type { ConversationSnapshot } from '../../log/fold/fold.ts';
import { subscribe } from '../api/connection.ts';
import {
  ConversationEventsDocument,
  type ConversationEventsQuery,
  type EventFieldsFragment,
  FollowConversationDocument,
} from '../api/operations.ts';
import { RequestError, request } from '../api/request.ts';

export type ConversationState =
  | { kind: 'loading' }
  | { kind: 'missing' }
  | { kind: 'failed'; error: unknown }
  | { kind: 'ready'; snapshot: ConversationSnapshot };

type Listener = {
  onState(state: ConversationState): void;
  /** Called when a message is added while the conversation is followed. */
  onMessageAdded(parentId: string | null): void;
};

async function readEvents(id: string, signal: AbortSignal): Promise<EventFieldsFragment[] | undefined> {
  const events: EventFieldsFragment[] = [];
  let after: string | null = null;
  for (;;) {
    const page: ConversationEventsQuery = await request(ConversationEventsDocument, { id, after }, signal);
    if (page.conversation === null) return undefined;
    events.push(...page.events.nodes);
    if (!page.events.pageInfo.hasNextPage) return events;
    after = page.events.pageInfo.endCursor;
  }
}

/** Loaded with the first conversation, so that the first load of the page stays small. */
const loadFold = () => import('../../log/fold/fold.ts');
type Fold = Awaited<ReturnType<typeof loadFold>>;

const retryMs = 2_000;

/** @returns an unsubscribe function */
export function followConversation(id: string, { onState, onMessageAdded }: Listener): () => void {
  const stopping = new AbortController();
  let unsubscribe = () => {};

  function followFrom(snapshot: ConversationSnapshot, cursor: string, apply: Fold['apply']): void {
    let current = snapshot;
    const variables = { id, after: cursor };
    unsubscribe = subscribe(FollowConversationDocument, variables, {
      next({ events: event }) {
        variables.after = event.cursor;
        const previousVersion = current.version;
        current = apply(current, event);
        if (current.version === previousVersion) return;
        const added = event.type === 'ADD_MESSAGE' ? current.messages.at(-1) : undefined;
        if (added !== undefined) onMessageAdded(added.parentId);
        onState({ kind: 'ready', snapshot: current });
      },
      error: () => retry(),
    });
  }

  function retry(): void {
    unsubscribe();
    const timer = setTimeout(() => void start(), retryMs);
    stopping.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  async function start(): Promise<void> {
    try {
      const [events, { fold, apply }] = await Promise.all([readEvents(id, stopping.signal), loadFold()]);
      const snapshot = events && fold(events);
      const last = events?.at(-1);
      if (stopping.signal.aborted) return;
      if (snapshot === undefined || last === undefined) return onState({ kind: 'missing' });
      onState({ kind: 'ready', snapshot });
      followFrom(snapshot, last.cursor, apply);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (error instanceof RequestError && error.code === 'NOT_FOUND') return onState({ kind: 'missing' });
      onState({ kind: 'failed', error });
      // The server may be unavailable for a moment. A request that it refused would be refused again.
      if (error instanceof TypeError) retry();
    }
  }

  void start();
  return () => {
    stopping.abort();
    unsubscribe();
  };
}

// A conversation as it is and as it changes: its events folded, first those that there are, then each as it comes.
import type { ConversationSnapshot } from '../../log/fold/fold.ts';
import { ask, RequestError } from '../api/ask.ts';
import { follow } from '../api/connection.ts';
import {
  ConversationEventsDocument,
  type ConversationEventsQuery,
  type EventFieldsFragment,
  FollowConversationDocument,
} from '../api/operations.ts';

export type ConversationState =
  | { kind: 'loading' }
  | { kind: 'missing' }
  | { kind: 'failed'; error: unknown }
  | { kind: 'ready'; snapshot: ConversationSnapshot };

type Listener = {
  onState(state: ConversationState): void;
  /** A message came while it was followed. */
  onAdded(parentId: string | null): void;
};

async function readEvents(id: string, signal: AbortSignal): Promise<EventFieldsFragment[] | undefined> {
  const events: EventFieldsFragment[] = [];
  let after: string | null = null;
  for (;;) {
    const page: ConversationEventsQuery = await ask(ConversationEventsDocument, { id, after }, signal);
    if (page.conversation === null) return undefined;
    events.push(...page.events.nodes);
    if (!page.events.pageInfo.hasNextPage) return events;
    after = page.events.pageInfo.endCursor;
  }
}

/** The page loads without it: it comes with the first conversation. */
const loadFold = () => import('../../log/fold/fold.ts');
type Fold = Awaited<ReturnType<typeof loadFold>>;

const waitMs = 2_000;

/** @returns what ends it */
export function followConversation(id: string, { onState, onAdded }: Listener): () => void {
  const leaving = new AbortController();
  let unfollow = () => {};

  function goOn(snapshot: ConversationSnapshot, cursor: string, apply: Fold['apply']): void {
    let current = snapshot;
    const variables = { id, after: cursor };
    unfollow = follow(FollowConversationDocument, variables, {
      next({ events: event }) {
        variables.after = event.cursor;
        const known = current.version;
        current = apply(current, event);
        if (current.version === known) return;
        const added = event.type === 'ADD_MESSAGE' ? current.messages.at(-1) : undefined;
        if (added !== undefined) onAdded(added.parentId);
        onState({ kind: 'ready', snapshot: current });
      },
      error: () => retry(),
    });
  }

  function retry(): void {
    unfollow();
    const timer = setTimeout(() => void begin(), waitMs);
    leaving.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  async function begin(): Promise<void> {
    try {
      const [events, { fold, apply }] = await Promise.all([readEvents(id, leaving.signal), loadFold()]);
      const snapshot = events && fold(events);
      const last = events?.at(-1);
      if (leaving.signal.aborted) return;
      if (snapshot === undefined || last === undefined) return onState({ kind: 'missing' });
      onState({ kind: 'ready', snapshot });
      goOn(snapshot, last.cursor, apply);
    } catch (error) {
      if (leaving.signal.aborted) return;
      if (error instanceof RequestError && error.code === 'NOT_FOUND') return onState({ kind: 'missing' });
      onState({ kind: 'failed', error });
      // The server may be away for a moment; what it has refused it refuses again.
      if (error instanceof TypeError) retry();
    }
  }

  void begin();
  return () => {
    leaving.abort();
    unfollow();
  };
}

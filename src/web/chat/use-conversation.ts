// The conversation that the page shows, and which of its branches.
import { useCallback, useEffect, useState } from 'react';
import { type ConversationState, followConversation } from './follow-conversation.ts';
import { choiceOf } from './thread.ts';

/** By parent (`''` above the roots): which of the messages that follow it is shown; the newest where none was chosen. */
export type Choice = ReadonlyMap<string, string>;

type Shown = { id: string | undefined; state: ConversationState; choice: Choice };

const nothing = (id: string | undefined): Shown => ({ id, state: { kind: 'loading' }, choice: new Map() });

function without(choice: Choice, parentId: string | null): Choice {
  const rest = new Map(choice);
  rest.delete(parentId ?? '');
  return rest;
}

/** What is shown when the conversation has been read: the branch of the message, where one is asked for. */
function firstChoice(state: ConversationState, messageId: string | undefined): Choice {
  if (state.kind !== 'ready' || messageId === undefined) return new Map();
  return choiceOf(state.snapshot.messages, messageId);
}

/**
 * @param messageId a message to show first, rather than its siblings
 * @returns with what shows a message rather than its siblings
 */
export function useConversation(
  id: string | undefined,
  messageId: string | undefined,
): ConversationState & { choice: Choice; choose: (parentId: string | null, chosenId: string) => void } {
  const [shown, setShown] = useState<Shown>(nothing(id));
  if (shown.id !== id) setShown(nothing(id));
  useEffect(() => {
    if (id === undefined) return;
    const update = (change: (shown: Shown) => Partial<Shown>) =>
      setShown((now) => (now.id === id ? { ...now, ...change(now) } : now));
    return followConversation(id, {
      onState: (state) =>
        update((now) =>
          now.state.kind === 'ready' ? { state } : { state, choice: firstChoice(state, messageId) },
        ),
      // What has just been added is what is talked about, in every tab.
      onAdded: (parentId) => update(({ choice }) => ({ choice: without(choice, parentId) })),
    });
  }, [id, messageId]);
  const choose = useCallback((parentId: string | null, chosenId: string) => {
    setShown((now) => ({ ...now, choice: new Map(now.choice).set(parentId ?? '', chosenId) }));
  }, []);
  return { ...shown.state, choice: shown.choice, choose };
}

// The conversation that the page shows, and which of its branches is shown.
import { useCallback, useEffect, useState } from 'react';
import { type ConversationState, followConversation } from './follow-conversation.ts';
import { choiceOf } from './thread.ts';

/** The message to show, by parent id (`''` for roots). The newest child is shown if none was chosen. */
export type Choice = ReadonlyMap<string, string>;

type Shown = { id: string | undefined; state: ConversationState; choice: Choice };

const initial = (id: string | undefined): Shown => ({ id, state: { kind: 'loading' }, choice: new Map() });

function without(choice: Choice, parentId: string | null): Choice {
  const remaining = new Map(choice);
  remaining.delete(parentId ?? '');
  return remaining;
}

/** The choice once the conversation is loaded: the branch of the message, if the address names one. */
function firstChoice(state: ConversationState, messageId: string | undefined): Choice {
  if (state.kind !== 'ready' || messageId === undefined) return new Map();
  return choiceOf(state.snapshot.messages, messageId);
}

/**
 * @param messageId a message to show first, instead of its siblings
 * @returns `choose` shows a message instead of its siblings
 */
export function useConversation(
  id: string | undefined,
  messageId: string | undefined,
): ConversationState & { choice: Choice; choose: (parentId: string | null, chosenId: string) => void } {
  const [shown, setShown] = useState<Shown>(initial(id));
  if (shown.id !== id) setShown(initial(id));
  useEffect(() => {
    if (id === undefined) return;
    const update = (change: (shown: Shown) => Partial<Shown>) =>
      setShown((current) => (current.id === id ? { ...current, ...change(current) } : current));
    return followConversation(id, {
      onState: (state) =>
        update((current) =>
          current.state.kind === 'ready' ? { state } : { state, choice: firstChoice(state, messageId) },
        ),
      // A new message is shown in every tab, even if another branch was chosen there.
      onMessageAdded: (parentId) => update(({ choice }) => ({ choice: without(choice, parentId) })),
    });
  }, [id, messageId]);
  const choose = useCallback((parentId: string | null, chosenId: string) => {
    setShown((current) => ({ ...current, choice: new Map(current.choice).set(parentId ?? '', chosenId) }));
  }, []);
  return { ...shown.state, choice: shown.choice, choose };
}

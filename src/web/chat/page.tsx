// The chat page: the list of conversations, and the conversation that the address names.
import { useEffect } from 'react';
import { useSearchParams } from 'wouter';
import { useIsNarrow } from '../ui/use-media.ts';
import styles from './chat.module.css';
import { ConversationList } from './conversation-list.tsx';
import { ConversationView } from './conversation-view.tsx';

export function ChatPage() {
  const [search] = useSearchParams();
  const id = search.get('conversation') ?? undefined;
  const isNarrow = useIsNarrow();
  useEffect(() => {
    document.title = 'Chat · Afterword';
  }, []);
  return (
    <div className={styles.page}>
      {!isNarrow && (
        <aside className={styles.side} aria-label="Conversations">
          <ConversationList currentId={id} />
        </aside>
      )}
      <ConversationView id={id} messageId={search.get('message') ?? undefined} />
    </div>
  );
}

// The thread: the items of the branch that is shown, and the prompt that is being sent.
import { ArrowDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../ui/button.tsx';
import styles from './chat.module.css';
import { useComparisons } from './comparisons.ts';
import { Pair } from './pair.tsx';
import { Prompt } from './prompt.tsx';
import { Reply } from './reply.tsx';
import type { ThreadItem } from './thread.ts';
import { useStickToBottom } from './use-stick-to-bottom.ts';

type ThreadViewProps = {
  conversationKey: string;
  topic: string;
  items: readonly ThreadItem[];
  onEdit: ((item: ThreadItem, content: string) => void) | undefined;
  onRegenerate: ((messageId: string) => void) | undefined;
  onChoose: (item: ThreadItem, messageId: string) => void;
  /** Shown below the last item. */
  children: ReactNode;
};

type ThreadItemViewProps = Omit<ThreadViewProps, 'items' | 'children' | 'conversationKey'> & {
  item: ThreadItem;
};

function ThreadItemView({ item, topic, onEdit, onRegenerate, onChoose }: ThreadItemViewProps) {
  const comparison = useComparisons().get(item.message.parentId ?? '');
  if (comparison !== undefined && item.message.role === 'assistant') {
    return <Pair item={item} comparison={comparison} onChoose={onChoose} />;
  }
  switch (item.message.role) {
    case 'user':
      return <Prompt item={item} onEdit={onEdit} onChoose={onChoose} />;
    case 'assistant':
      return <Reply item={item} topic={topic} onRegenerate={onRegenerate} onChoose={onChoose} />;
    case 'system':
      return (
        <details className={styles.system}>
          <summary>Instructions to the model</summary>
          <p>{item.message.content}</p>
        </details>
      );
    default:
      return item.message.role satisfies never;
  }
}

/** Tells screen readers once that a reply has started and once that it has ended: each piece of its text would be noise. */
function Announcement({ items }: { items: readonly ThreadItem[] }) {
  const last = items.at(-1)?.message;
  const text =
    last?.role !== 'assistant'
      ? ''
      : last.status === 'streaming'
        ? 'The reply has started.'
        : 'The reply has ended.';
  return (
    <p className="visually-hidden" aria-live="polite">
      {text}
    </p>
  );
}

export function ThreadView({ conversationKey, items, children, ...handlers }: ThreadViewProps) {
  const { scroller, content, isScrolledUp, scrollToBottom } = useStickToBottom(conversationKey);
  return (
    <div className={styles.threadArea}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <section className={styles.scroller} ref={scroller} tabIndex={0} aria-label="Thread">
        <div className={styles.thread} ref={content}>
          {items.map((item) => (
            <ThreadItemView key={item.message.id} item={item} {...handlers} />
          ))}
          {children}
        </div>
      </section>
      <Announcement items={items} />
      {isScrolledUp && (
        <IconButton
          label="Scroll to the end"
          icon={<ArrowDown />}
          className={styles.toEnd}
          onClick={scrollToBottom}
        />
      )}
    </div>
  );
}

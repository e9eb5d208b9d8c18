// The thread: the turns of the branch that is shown, and the prompt that is on its way.
import { ArrowDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../ui/button.tsx';
import styles from './chat.module.css';
import { useComparisons } from './comparisons.ts';
import { Pair } from './pair.tsx';
import { Prompt } from './prompt.tsx';
import { Reply } from './reply.tsx';
import type { Turn } from './thread.ts';
import { useBottom } from './use-bottom.ts';

type ThreadViewProps = {
  conversationKey: string;
  topic: string;
  turns: readonly Turn[];
  onEdit: ((turn: Turn, content: string) => void) | undefined;
  onRegenerate: ((messageId: string) => void) | undefined;
  onChoose: (turn: Turn, messageId: string) => void;
  /** What follows the last turn. */
  children: ReactNode;
};

type TurnViewProps = Omit<ThreadViewProps, 'turns' | 'children' | 'conversationKey'> & { turn: Turn };

function TurnView({ turn, topic, onEdit, onRegenerate, onChoose }: TurnViewProps) {
  const comparison = useComparisons().get(turn.message.parentId ?? '');
  if (comparison !== undefined && turn.message.role === 'assistant') {
    return <Pair turn={turn} comparison={comparison} onChoose={onChoose} />;
  }
  switch (turn.message.role) {
    case 'user':
      return <Prompt turn={turn} onEdit={onEdit} onChoose={onChoose} />;
    case 'assistant':
      return <Reply turn={turn} topic={topic} onRegenerate={onRegenerate} onChoose={onChoose} />;
    case 'system':
      return (
        <details className={styles.system}>
          <summary>Instructions to the model</summary>
          <p>{turn.message.content}</p>
        </details>
      );
    default:
      return turn.message.role satisfies never;
  }
}

/** Said aloud once, when a reply has ended: pieces of text as they come would be noise. */
function Announcement({ turns }: { turns: readonly Turn[] }) {
  const last = turns.at(-1)?.message;
  const text =
    last?.role !== 'assistant'
      ? ''
      : last.status === 'streaming'
        ? 'The reply has begun.'
        : 'The reply is there.';
  return (
    <p className="visually-hidden" aria-live="polite">
      {text}
    </p>
  );
}

export function ThreadView({ conversationKey, turns, children, ...handlers }: ThreadViewProps) {
  const { frame, content, isAway, toBottom } = useBottom(conversationKey);
  return (
    <div className={styles.threadPlace}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.frame} ref={frame} tabIndex={0} aria-label="Thread">
        <div className={styles.thread} ref={content}>
          {turns.map((turn) => (
            <TurnView key={turn.message.id} turn={turn} {...handlers} />
          ))}
          {children}
        </div>
      </section>
      <Announcement turns={turns} />
      {isAway && (
        <IconButton label="To the end" icon={<ArrowDown />} className={styles.toEnd} onClick={toBottom} />
      )}
    </div>
  );
}

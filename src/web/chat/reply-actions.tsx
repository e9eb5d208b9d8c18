// What can be done with a reply: switch to another one, copy, ask again, like, dislike, say why.
import { MessageSquareText, RefreshCw, ThumbsDown, ThumbsUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FeedbackSnapshot } from '../../log/fold/fold.ts';
import { IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { rate, tellCopied } from './actions.ts';
import styles from './message.module.css';

type ReplyActionsProps = {
  messageId: string;
  content: string;
  given: FeedbackSnapshot | undefined;
  /** Undefined where the conversation takes no more replies. */
  onRegenerate: (() => void) | undefined;
  onToggleForm: () => void;
  isFeedbackFormOpen: boolean;
  /** The switch between siblings, and what was measured. */
  before: ReactNode;
  after: ReactNode;
};

export function ReplyActions(props: ReplyActionsProps) {
  const { messageId, content, given, onRegenerate, onToggleForm, isFeedbackFormOpen: areWordsOpen } = props;
  const rating = given?.rating ?? null;
  const give = useAction(async (verdict: 'like' | 'dislike') => {
    const isWithdrawn = verdict === rating;
    await rate(messageId, isWithdrawn ? null : verdict === 'like' ? 'LIKE' : 'DISLIKE');
    if (verdict === 'dislike' && !isWithdrawn && !areWordsOpen) onToggleForm();
  });
  const hasWords = given !== undefined && (given.comment ?? given.correction ?? given.tags[0]) !== undefined;
  return (
    <>
      <fieldset className={styles.actions} aria-label="This reply">
        {props.before}
        <CopyButton text={content} label="Copy reply" onCopied={() => tellCopied(messageId)} />
        {onRegenerate && <IconButton label="Regenerate" icon={<RefreshCw />} onClick={onRegenerate} />}
        <IconButton
          label="Like"
          icon={<ThumbsUp />}
          tone="good"
          isPressed={rating === 'like'}
          onClick={() => give.run('like')}
        />
        <IconButton
          label="Dislike"
          icon={<ThumbsDown />}
          tone="bad"
          isPressed={rating === 'dislike'}
          onClick={() => give.run('dislike')}
        />
        <IconButton
          label={hasWords ? 'Change your comment' : 'Comment or correct'}
          icon={<MessageSquareText />}
          isPressed={hasWords}
          aria-expanded={areWordsOpen}
          onClick={onToggleForm}
        />
        {props.after}
      </fieldset>
      {give.error !== null && <ErrorNotice error={give.error} onRetry={give.reset} />}
    </>
  );
}

// The actions on a reply: switch to a sibling, copy, regenerate, like, dislike, comment or correct.
import { MessageSquareText, RefreshCw, ThumbsDown, ThumbsUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FeedbackSnapshot } from '../../log/fold/fold.ts';
import { IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { rateMessage, recordCopied } from './actions.ts';
import styles from './message.module.css';

type ReplyActionsProps = {
  messageId: string;
  content: string;
  /** What the viewer has recorded so far. */
  feedback: FeedbackSnapshot | undefined;
  /** Undefined if the conversation has ended. */
  onRegenerate: (() => void) | undefined;
  onToggleForm: () => void;
  isFeedbackFormOpen: boolean;
  /** Shown before and after the buttons: the switch between siblings, and the measurements. */
  before: ReactNode;
  after: ReactNode;
};

export function ReplyActions(props: ReplyActionsProps) {
  const { messageId, content, feedback, onRegenerate, onToggleForm, isFeedbackFormOpen } = props;
  const current = feedback?.rating ?? null;
  const rate = useAction(async (rating: 'like' | 'dislike') => {
    const isWithdrawn = rating === current;
    await rateMessage(messageId, isWithdrawn ? null : rating === 'like' ? 'LIKE' : 'DISLIKE');
    if (rating === 'dislike' && !isWithdrawn && !isFeedbackFormOpen) onToggleForm();
  });
  const hasText =
    feedback !== undefined && (feedback.comment ?? feedback.correction ?? feedback.tags[0]) !== undefined;
  return (
    <>
      <fieldset className={styles.actions} aria-label="Actions on this reply">
        {props.before}
        <CopyButton text={content} label="Copy reply" onCopied={() => recordCopied(messageId)} />
        {onRegenerate && <IconButton label="Regenerate" icon={<RefreshCw />} onClick={onRegenerate} />}
        <IconButton
          label="Like"
          icon={<ThumbsUp />}
          tone="good"
          isPressed={current === 'like'}
          onClick={() => rate.run('like')}
        />
        <IconButton
          label="Dislike"
          icon={<ThumbsDown />}
          tone="bad"
          isPressed={current === 'dislike'}
          onClick={() => rate.run('dislike')}
        />
        <IconButton
          label={hasText ? 'Change your comment' : 'Comment or correct'}
          icon={<MessageSquareText />}
          isPressed={hasText}
          aria-expanded={isFeedbackFormOpen}
          onClick={onToggleForm}
        />
        {props.after}
      </fieldset>
      {rate.error !== null && <ErrorNotice error={rate.error} onRetry={rate.reset} />}
    </>
  );
}

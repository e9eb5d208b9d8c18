// Shown below a conversation that has ended: the rating of the entire conversation, and a link to start a new one.
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { Link } from 'wouter';
import type { ConversationSnapshot } from '../../log/fold/fold.ts';
import { useViewer } from '../api/queries.ts';
import { buttonClass, IconButton } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { rateConversation } from './actions.ts';
import styles from './chat.module.css';

export function ConversationEnd({ snapshot }: { snapshot: ConversationSnapshot }) {
  const username = useViewer().data?.viewer.username;
  const feedback = snapshot.feedback.find((one) => one.username === username && one.source === 'end_user');
  const current = feedback?.rating ?? null;
  const rate = useAction((rating: 'like' | 'dislike') => {
    if (rating === current) return rateConversation(snapshot.id, null);
    return rateConversation(snapshot.id, rating === 'like' ? 'LIKE' : 'DISLIKE');
  });
  return (
    <>
      {rate.error !== null && <ErrorNotice error={rate.error} onRetry={rate.reset} />}
      <div className={styles.ended}>
        <p>This conversation has ended. How was it?</p>
        <IconButton
          label="Like the conversation"
          icon={<ThumbsUp />}
          tone="good"
          isPressed={current === 'like'}
          onClick={() => rate.run('like')}
        />
        <IconButton
          label="Dislike the conversation"
          icon={<ThumbsDown />}
          tone="bad"
          isPressed={current === 'dislike'}
          onClick={() => rate.run('dislike')}
        />
        <Link href="/" className={buttonClass()}>
          New conversation
        </Link>
      </div>
    </>
  );
}

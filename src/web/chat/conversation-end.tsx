// Below a conversation that has ended: how it was as a whole, and where to go on.
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
  const given = snapshot.feedback.find((one) => one.username === username && one.source === 'end_user');
  const rating = given?.rating ?? null;
  const give = useAction((verdict: 'like' | 'dislike') => {
    if (verdict === rating) return rateConversation(snapshot.id, null);
    return rateConversation(snapshot.id, verdict === 'like' ? 'LIKE' : 'DISLIKE');
  });
  return (
    <>
      {give.error !== null && <ErrorNotice error={give.error} onRetry={give.reset} />}
      <div className={styles.ended}>
        <p>This conversation has ended. How was it?</p>
        <IconButton
          label="Like the conversation"
          icon={<ThumbsUp />}
          tone="good"
          isPressed={rating === 'like'}
          onClick={() => give.run('like')}
        />
        <IconButton
          label="Dislike the conversation"
          icon={<ThumbsDown />}
          tone="bad"
          isPressed={rating === 'dislike'}
          onClick={() => give.run('dislike')}
        />
        <Link href="/" className={buttonClass()}>
          New conversation
        </Link>
      </div>
    </>
  );
}

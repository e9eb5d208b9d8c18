// A message as it was at one version of its conversation, with the feedback that it had by then.
import { memo } from 'react';
import type { FeedbackSnapshot, MessageSnapshot } from '../../log/fold/fold.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { classes } from '../ui/button.tsx';
import { describeFeedback } from './feedback-fields.ts';
import styles from './log.module.css';

const names = { system: 'Instructions', user: 'User', assistant: 'Model' };

function Feedback({ feedback }: { feedback: FeedbackSnapshot }) {
  return (
    <li className={styles.feedback} data-rating={feedback.rating ?? undefined}>
      <strong>{feedback.username}</strong> {describeFeedback(feedback)}
    </li>
  );
}

export const SnapshotMessage = memo(function SnapshotMessage(props: {
  message: MessageSnapshot;
  isChanged: boolean;
}) {
  const { role, modelId, status, content, feedback } = props.message;
  return (
    <li className={classes(styles.message, props.isChanged && styles.changed)}>
      <p className={styles.speaker}>
        {names[role]}
        {modelId !== null && <span>{modelId}</span>}
        {status !== 'complete' && <span>{status}</span>}
      </p>
      {role === 'assistant' ? (
        <Markdown text={content} isGrowing={false} />
      ) : (
        <p className={styles.content}>{content}</p>
      )}
      {status === 'streaming' && <p className={styles.remark}>Still being generated at this version.</p>}
      {feedback.length > 0 && (
        <ul className={styles.feedbackList}>
          {feedback.map((one) => (
            <Feedback key={`${one.source} ${one.username}`} feedback={one} />
          ))}
        </ul>
      )}
    </li>
  );
});

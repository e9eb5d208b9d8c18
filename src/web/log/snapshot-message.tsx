// A message as it stood at some moment, with the feedback that it had by then.
import { memo } from 'react';
import type { FeedbackSnapshot, MessageSnapshot } from '../../log/fold/fold.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { classes } from '../ui/button.tsx';
import styles from './log.module.css';

const names = { system: 'Instructions', user: 'User', assistant: 'Model' };

function said({ rating, score, tags, comment, correction }: FeedbackSnapshot): string {
  const parts = [
    rating,
    score === null ? null : `score ${score}`,
    tags.length === 0 ? null : tags.join(', '),
    comment === null ? null : `“${comment}”`,
    correction === null ? null : `should be: “${correction}”`,
  ];
  return parts.filter((part) => part !== null).join(' · ') || 'chose';
}

function Feedback({ given }: { given: FeedbackSnapshot }) {
  return (
    <li className={styles.feedback} data-rating={given.rating ?? undefined}>
      <strong>{given.username}</strong> {said(given)}
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
        <p className={styles.said}>{content}</p>
      )}
      {status === 'streaming' && <p className={styles.nothing}>Being written at that moment.</p>}
      {feedback.length > 0 && (
        <ul className={styles.feedbackList}>
          {feedback.map((given) => (
            <Feedback key={`${given.source} ${given.username}`} given={given} />
          ))}
        </ul>
      )}
    </li>
  );
});

// A prompt that the server has not recorded yet, or that could not be sent.
import { describeError } from '../api/request.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import styles from './message.module.css';
import type { OutgoingState } from './use-outgoing.ts';

type OutgoingViewProps = { state: OutgoingState; onRetry: () => void; onDiscard: () => void };

export function OutgoingView({ state: { outgoing, error }, onRetry, onDiscard }: OutgoingViewProps) {
  const isFailed = error !== null;
  return (
    <>
      <article className={styles.prompt} aria-label="Your message">
        <p className={styles.bubble}>{outgoing.content}</p>
        <div className={styles.actions} />
      </article>
      {isFailed && (
        <Notice
          tone="bad"
          action={
            <>
              <Button onClick={onRetry}>Send again</Button>
              <Button look="quiet" onClick={onDiscard}>
                Discard
              </Button>
            </>
          }
        >
          The message was not sent. {describeError(error)}
        </Notice>
      )}
    </>
  );
}

// The form for feedback in text: tags, a comment, and a correction of the reply.
import { type FormEvent, useId, useState } from 'react';
import type { FeedbackSnapshot } from '../../log/fold/fold.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { type FeedbackText, submitFeedback } from './actions.ts';
import styles from './feedback-form.module.css';
import { TagPicker } from './tag-picker.tsx';

type FeedbackFormProps = {
  messageId: string;
  topic: string;
  /** What the viewer has recorded so far. */
  feedback: FeedbackSnapshot | undefined;
  /** Text of the reply, which a correction can start from. */
  content: string;
  onClose: () => void;
};

export function FeedbackForm({ messageId, topic, feedback, content, onClose }: FeedbackFormProps) {
  const id = useId();
  const [text, setText] = useState<FeedbackText>({
    comment: feedback?.comment ?? '',
    tags: feedback?.tags ?? [],
    correction: feedback?.correction ?? '',
  });
  const change = (part: Partial<FeedbackText>) => setText((current) => ({ ...current, ...part }));
  const save = useAction(async () => {
    await submitFeedback(messageId, text);
    onClose();
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.run();
  }

  return (
    <form
      className={styles.form}
      onSubmit={submit}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      aria-label="Feedback on this reply"
    >
      <TagPicker
        topic={topic}
        rating={feedback?.rating ?? null}
        tags={text.tags}
        onChange={(tags) => change({ tags })}
      />
      <label htmlFor={`${id}-comment`}>Comment</label>
      <textarea
        id={`${id}-comment`}
        rows={2}
        value={text.comment}
        onChange={(event) => change({ comment: event.target.value })}
        placeholder="What was good or bad about it?"
      />
      <div className={styles.labelRow}>
        <label htmlFor={`${id}-correction`}>What should it have said?</label>
        {text.correction === '' && (
          <Button look="quiet" onClick={() => change({ correction: content })}>
            Start from the reply
          </Button>
        )}
      </div>
      <textarea
        id={`${id}-correction`}
        rows={2}
        value={text.correction}
        onChange={(event) => change({ correction: event.target.value })}
        placeholder="The reply as you would have written it"
      />
      {save.error !== null && <ErrorNotice error={save.error} />}
      <div className={styles.row}>
        <Button type="submit" look="primary" disabled={save.isRunning}>
          Save feedback
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

// Why a reply is good or bad, and what it should have been: the words behind a rating.
import { type FormEvent, useId, useState } from 'react';
import type { FeedbackSnapshot } from '../../log/fold/fold.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { submitWords, type Words } from './actions.ts';
import styles from './feedback-form.module.css';
import { TagPicker } from './tag-picker.tsx';

type FeedbackFormProps = {
  messageId: string;
  topic: string;
  /** What its author has said so far. */
  given: FeedbackSnapshot | undefined;
  /** The reply's text, to begin a correction with. */
  content: string;
  onClose: () => void;
};

export function FeedbackForm({ messageId, topic, given, content, onClose }: FeedbackFormProps) {
  const id = useId();
  const [words, setWords] = useState<Words>({
    comment: given?.comment ?? '',
    tags: given?.tags ?? [],
    correction: given?.correction ?? '',
  });
  const change = (part: Partial<Words>) => setWords((now) => ({ ...now, ...part }));
  const save = useAction(async () => {
    await submitWords(messageId, words);
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
        rating={given?.rating ?? null}
        tags={words.tags}
        onChange={(tags) => change({ tags })}
      />
      <label htmlFor={`${id}-comment`}>Comment</label>
      <textarea
        id={`${id}-comment`}
        rows={2}
        value={words.comment}
        onChange={(event) => change({ comment: event.target.value })}
        placeholder="What was good or bad about it?"
      />
      <div className={styles.labelRow}>
        <label htmlFor={`${id}-correction`}>What should it have said?</label>
        {words.correction === '' && (
          <Button look="quiet" onClick={() => change({ correction: content })}>
            Begin with the reply
          </Button>
        )}
      </div>
      <textarea
        id={`${id}-correction`}
        rows={2}
        value={words.correction}
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

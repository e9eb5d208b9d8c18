// A reply: its text, live while it is being generated; how its generation ended; and the feedback of the viewer.
import { memo, useState } from 'react';
import type { MessageSnapshot } from '../../log/fold/fold.ts';
import { useViewer } from '../api/queries.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { FeedbackForm } from './feedback-form.tsx';
import { type LiveText, useLiveText } from './follow-reply.ts';
import styles from './message.module.css';
import { ReplyActions } from './reply-actions.tsx';
import { Siblings } from './siblings.tsx';
import type { ThreadItem } from './thread.ts';

type ReplyProps = {
  item: ThreadItem;
  topic: string;
  /** Undefined if the conversation has ended. */
  onRegenerate: ((messageId: string) => void) | undefined;
  onChoose: (item: ThreadItem, messageId: string) => void;
};

/** The text of a reply: live while it is being generated, then as recorded. */
export function useReplyText({ id, status, content, reasoning }: MessageSnapshot): LiveText {
  const live = useLiveText(status === 'streaming' ? id : undefined);
  return status === 'streaming' ? live : { text: content, reasoning: reasoning ?? '' };
}

function Reasoning({ text, isOpen }: { text: string; isOpen: boolean }) {
  if (text === '') return null;
  return (
    <details className={styles.reasoning} open={isOpen}>
      <summary>{isOpen ? 'Thinking…' : 'Reasoning'}</summary>
      <p>{text}</p>
    </details>
  );
}

function StatusNotice({
  message,
  onRegenerate,
}: {
  message: MessageSnapshot;
  onRegenerate: (() => void) | undefined;
}) {
  const askAgain = onRegenerate && <Button onClick={onRegenerate}>Ask again</Button>;
  switch (message.status) {
    case 'stopped':
      return (
        <Notice tone="plain">
          {message.finishReason === 'length'
            ? 'The reply reached the length limit and was stopped here.'
            : 'Stopped here.'}
        </Notice>
      );
    case 'interrupted':
      return (
        <Notice action={askAgain}>
          The server stopped while it was writing this reply. Its text so far is kept.
        </Notice>
      );
    case 'failed':
      return (
        <Notice tone="bad" action={askAgain}>
          {message.error ?? 'The model failed to answer.'}
        </Notice>
      );
    case 'complete':
    case 'streaming':
      return null;
    default:
      return message.status satisfies never;
  }
}

export function ReplyText({ message }: { message: MessageSnapshot }) {
  const { text, reasoning } = useReplyText(message);
  const isStreaming = message.status === 'streaming';
  return (
    <>
      <Reasoning text={reasoning} isOpen={isStreaming && text === ''} />
      <div className={styles.text} data-streaming={isStreaming || undefined}>
        <Markdown text={text} isGrowing={isStreaming} />
        {isStreaming && text === '' && reasoning === '' && (
          <span className={styles.waiting}>
            <span className="visually-hidden">Waiting for the model</span>
          </span>
        )}
      </div>
    </>
  );
}

function measurementsOf({ modelId, timings, usage }: MessageSnapshot): string {
  const parts = [modelId];
  if (timings !== null) parts.push(`${(timings.total_ms / 1_000).toFixed(1)} s`);
  if (usage !== null) parts.push(`${usage.completion_tokens} tokens`);
  return parts.filter(Boolean).join(' · ');
}

export const Reply = memo(function Reply({ item, topic, onRegenerate, onChoose }: ReplyProps) {
  const { message } = item;
  const { data } = useViewer();
  const [isFeedbackFormOpen, setFeedbackFormOpen] = useState(false);
  const feedback = message.feedback.find(
    ({ username, source }) => username === data?.viewer.username && source === 'end_user',
  );
  const regenerate = onRegenerate && (() => onRegenerate(message.id));
  return (
    <article className={styles.reply} aria-label="Reply" aria-busy={message.status === 'streaming'}>
      <h2 className="visually-hidden">Reply</h2>
      <ReplyText message={message} />
      <StatusNotice message={message} onRegenerate={regenerate} />
      {message.status === 'streaming' ? (
        <div className={styles.actions}>
          <Siblings item={item} noun="reply" onChoose={(id) => onChoose(item, id)} />
          <span className={styles.measured}>{message.modelId}</span>
        </div>
      ) : (
        <ReplyActions
          messageId={message.id}
          content={message.content}
          feedback={feedback}
          onRegenerate={regenerate}
          isFeedbackFormOpen={isFeedbackFormOpen}
          onToggleForm={() => setFeedbackFormOpen((isOpen) => !isOpen)}
          before={<Siblings item={item} noun="reply" onChoose={(id) => onChoose(item, id)} />}
          after={<span className={styles.measured}>{measurementsOf(message)}</span>}
        />
      )}
      {isFeedbackFormOpen && (
        <FeedbackForm
          messageId={message.id}
          topic={topic}
          feedback={feedback}
          content={message.content}
          onClose={() => setFeedbackFormOpen(false)}
        />
      )}
    </article>
  );
});

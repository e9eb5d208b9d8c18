// A reply: its text as it comes or as it ended, how it ended, and what its reader says of it.
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
import type { Turn } from './thread.ts';

type ReplyProps = {
  turn: Turn;
  topic: string;
  /** Undefined where the conversation takes no more replies. */
  onRegenerate: ((messageId: string) => void) | undefined;
  onChoose: (turn: Turn, messageId: string) => void;
};

/** What there is of a reply, wherever it comes from. */
export function useReplyText({ id, status, content, reasoning }: MessageSnapshot): LiveText {
  const live = useLiveText(status === 'streaming' ? id : undefined);
  return status === 'streaming' ? live : { text: content, reasoning: reasoning ?? '' };
}

function Reasoning({ text, isOpen }: { text: string; isOpen: boolean }) {
  if (text === '') return null;
  return (
    <details className={styles.reasoning} open={isOpen}>
      <summary>{isOpen ? 'Thinking…' : 'What it thought'}</summary>
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
  const again = onRegenerate && <Button onClick={onRegenerate}>Ask again</Button>;
  switch (message.status) {
    case 'stopped':
      return (
        <Notice tone="plain">
          {message.finishReason === 'length' ? 'It grew too long and was ended here.' : 'Stopped here.'}
        </Notice>
      );
    case 'interrupted':
      return <Notice action={again}>The server that wrote this reply went away; this is what it had.</Notice>;
    case 'failed':
      return (
        <Notice tone="bad" action={again}>
          {message.error ?? 'The model failed.'}
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
            <span className="visually-hidden">The model is beginning its reply</span>
          </span>
        )}
      </div>
    </>
  );
}

function measured({ modelId, timings, usage }: MessageSnapshot): string {
  const parts = [modelId];
  if (timings !== null) parts.push(`${(timings.total_ms / 1_000).toFixed(1)} s`);
  if (usage !== null) parts.push(`${usage.completion_tokens} tokens`);
  return parts.filter(Boolean).join(' · ');
}

export const Reply = memo(function Reply({ turn, topic, onRegenerate, onChoose }: ReplyProps) {
  const { message } = turn;
  const { data } = useViewer();
  const [isFeedbackFormOpen, setFeedbackFormOpen] = useState(false);
  const given = message.feedback.find(
    ({ username, source }) => username === data?.viewer.username && source === 'end_user',
  );
  const again = onRegenerate && (() => onRegenerate(message.id));
  return (
    <article className={styles.reply} aria-label="Reply" aria-busy={message.status === 'streaming'}>
      <h2 className="visually-hidden">Reply</h2>
      <ReplyText message={message} />
      <StatusNotice message={message} onRegenerate={again} />
      {message.status === 'streaming' ? (
        <div className={styles.actions}>
          <Siblings turn={turn} noun="reply" onChoose={(id) => onChoose(turn, id)} />
          <span className={styles.measured}>{message.modelId}</span>
        </div>
      ) : (
        <ReplyActions
          messageId={message.id}
          content={message.content}
          given={given}
          onRegenerate={again}
          isFeedbackFormOpen={isFeedbackFormOpen}
          onToggleForm={() => setFeedbackFormOpen((isOpen) => !isOpen)}
          before={<Siblings turn={turn} noun="reply" onChoose={(id) => onChoose(turn, id)} />}
          after={<span className={styles.measured}>{measured(message)}</span>}
        />
      )}
      {isFeedbackFormOpen && (
        <FeedbackForm
          messageId={message.id}
          topic={topic}
          given={given}
          content={message.content}
          onClose={() => setFeedbackFormOpen(false)}
        />
      )}
    </article>
  );
});

// A conversation at each of its versions: a slider picks the version, and the events up to it are folded.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useMemo, useState } from 'react';
import { type ConversationSnapshot, fold, threadOf } from '../../log/fold/fold.ts';
import { EventsDocument } from '../api/operations.ts';
import { request } from '../api/request.ts';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { fullTime } from '../ui/time.ts';
import { typeName } from './address.ts';
import type { LogEvent } from './follow-log.ts';
import styles from './log.module.css';
import { SnapshotMessage } from './snapshot-message.tsx';
import { summaryOf } from './summary.ts';

async function readAll(topic: string, conversationId: string, signal: AbortSignal): Promise<LogEvent[]> {
  const all: LogEvent[] = [];
  let after: string | null = null;
  for (;;) {
    const page: { nodes: LogEvent[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } = (
      await request(EventsDocument, { topic, conversationId, after, first: 1_000 }, signal)
    ).events;
    all.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return all;
    after = page.pageInfo.endCursor;
  }
}

/** The messages on the branch of the message that the event is about, or of the newest message. */
function shownMessages(snapshot: ConversationSnapshot, event: LogEvent) {
  const { payload } = event;
  const isAboutMessage = event.type === 'ADD_MESSAGE' || event.type === 'UPDATE_MESSAGE';
  const id =
    isAboutMessage && typeof payload === 'object' && payload !== null && 'id' in payload ? payload.id : null;
  const thread = typeof id === 'string' ? threadOf(snapshot, id) : threadOf(snapshot);
  return { messages: thread ?? snapshot.messages, changedId: id };
}

function ConversationAt({ events, version }: { events: readonly LogEvent[]; version: number }) {
  const snapshot = useMemo(() => fold(events.slice(0, version)), [events, version]);
  const event = events[version - 1];
  if (snapshot === undefined || event === undefined) return null;
  const { messages, changedId } = shownMessages(snapshot, event);
  return (
    <>
      <p className={styles.version} aria-live="polite">
        <strong>{typeName(event.type)}</strong> {summaryOf(event)}
        <time dateTime={event.recordedAt}>{fullTime(event.recordedAt)}</time>
      </p>
      {messages.length === 0 && <p className={styles.remark}>No messages yet.</p>}
      <ol className={styles.thread}>
        {messages.map((message) => (
          <SnapshotMessage key={message.id} message={message} isChanged={message.id === changedId} />
        ))}
      </ol>
      {snapshot.endedAt !== null && <p className={styles.remark}>The conversation has ended.</p>}
    </>
  );
}

export function History({ event, newestVersion }: { event: LogEvent; newestVersion: number }) {
  const id = useId();
  const [version, setVersion] = useState(event.version);
  useEffect(() => setVersion(event.version), [event.version]);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['history', event.conversationId, newestVersion],
    queryFn: ({ signal }) => readAll(event.topic, event.conversationId, signal),
    placeholderData: (before, query) => (query?.queryKey[1] === event.conversationId ? before : undefined),
  });
  return (
    <section className={styles.history} aria-labelledby={`${id}-heading`}>
      <div className={styles.panelHead}>
        <h3 id={`${id}-heading`}>The conversation at this version</h3>
      </div>
      {isPending && <Loading label="Loading the conversation" />}
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <>
          <div className={styles.slider}>
            <label htmlFor={id}>
              Version {Math.min(version, data.length)} of {data.length}
            </label>
            <input
              id={id}
              type="range"
              min={1}
              max={data.length}
              value={Math.min(version, data.length)}
              onChange={(change) => setVersion(Number(change.target.value))}
            />
          </div>
          <ConversationAt events={data} version={Math.min(version, data.length)} />
        </>
      )}
    </section>
  );
}

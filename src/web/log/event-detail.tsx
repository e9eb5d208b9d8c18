// One event: its payload, and its conversation as it was after the event.
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { EventsDocument } from '../api/operations.ts';
import { request } from '../api/request.ts';
import { Button, buttonClass, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { EmptyState, ErrorNotice, Loading } from '../ui/notice.tsx';
import { fullTime } from '../ui/time.ts';
import { type LogView, typeName } from './address.ts';
import type { LogEvent } from './follow-log.ts';
import { History } from './history.tsx';
import styles from './log.module.css';

function useEvent(topic: string, offset: number, loaded: LogEvent | undefined) {
  return useQuery({
    queryKey: ['event', topic, offset],
    queryFn: async ({ signal }) => {
      const { events } = await request(EventsDocument, { topic, offset, first: 1 }, signal);
      return events.nodes.find((event) => event.offset === offset) ?? null;
    },
    // Events never change.
    staleTime: Number.POSITIVE_INFINITY,
    initialData: loaded,
  });
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Payload({ payload }: { payload: unknown }) {
  const text = JSON.stringify(payload, null, 2);
  return (
    <section className={styles.payload} aria-labelledby="payload-heading">
      <div className={styles.panelHead}>
        <h3 id="payload-heading">Payload</h3>
        <CopyButton text={text} label="Copy payload" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

type EventDetailProps = {
  view: LogView & { offset: number };
  /** The event, if the list has it already. */
  loaded: LogEvent | undefined;
  /** Version of the newest event of its conversation that the list has. */
  newestVersion: number | undefined;
  onChange: (part: Partial<LogView>) => void;
};

function Detail({
  event,
  newestVersion,
  onChange,
}: { event: LogEvent } & Omit<EventDetailProps, 'view' | 'loaded'>) {
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="Recorded">{fullTime(event.recordedAt)}</Fact>
        <Fact name="Offset">{event.offset}</Fact>
        <Fact name="Version">{event.version}</Fact>
        <Fact name="By">{event.actor ?? 'Afterword'}</Fact>
      </dl>
      <div className={styles.links}>
        <Button onClick={() => onChange({ conversationId: event.conversationId, types: [] })}>
          Only this conversation
        </Button>
        <Link href={`/?conversation=${event.conversationId}`} className={buttonClass()}>
          Open in the chat
        </Link>
      </div>
      <Payload payload={event.payload} />
      <History event={event} newestVersion={newestVersion ?? event.version} />
    </>
  );
}

export function EventDetail({ view, loaded, newestVersion, onChange }: EventDetailProps) {
  const { data: event, error, isPending, refetch } = useEvent(view.topic, view.offset, loaded);
  return (
    <section className={styles.detail} aria-label="Event">
      <div className={styles.panelHead}>
        <h2>{event ? typeName(event.type) : `Event ${view.offset}`}</h2>
        <IconButton label="Close the event" icon={<X />} onClick={() => onChange({ offset: undefined })} />
      </div>
      {isPending && <Loading label="Loading the event" />}
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {event === null && (
        <EmptyState title="Event not found">
          <p>The log of this topic does not reach offset {view.offset}. Pick an event from the list.</p>
        </EmptyState>
      )}
      {event && <Detail event={event} newestVersion={newestVersion} onChange={onChange} />}
    </section>
  );
}

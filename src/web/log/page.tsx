// The log page: the events of a topic as they happen, and the details of the chosen one.
import { ScrollText } from 'lucide-react';
import { useCallback, useEffect, useRef } from 'react';
import { EmptyState, ErrorNotice, Loading } from '../ui/notice.tsx';
import { type LogView, useView } from './address.ts';
import { DatasetDialog } from './dataset-dialog.tsx';
import { EventDetail } from './event-detail.tsx';
import { EventList } from './event-list.tsx';
import { Filters } from './filters.tsx';
import { type LogState, useLog } from './follow-log.ts';
import styles from './log.module.css';

function NoEvents({ view }: { view: LogView }) {
  const isFiltered = view.types.length > 0 || view.conversationId !== undefined;
  return (
    <EmptyState icon={<ScrollText aria-hidden />} title={isFiltered ? 'No matching events' : 'No events yet'}>
      <p>
        {isFiltered
          ? 'Remove a filter to see more. Matching events appear here as they happen.'
          : 'Send a message in the chat: each message, reply and rating appears here as it happens.'}
      </p>
    </EmptyState>
  );
}

function newestVersionOf({ events }: LogState, conversationId: string | undefined): number | undefined {
  return events.findLast((event) => event.conversationId === conversationId)?.version;
}

export default function LogPage() {
  const [view, change] = useView();
  const log = useLog(view);
  const { offset } = view;
  const chosenEvent = log.events.find((event) => event.offset === offset);
  useEffect(() => {
    document.title = 'Log · Afterword';
  }, []);
  // The rows are memoized: their handler must not change, and calls the newest function.
  const latest = useRef(change);
  latest.current = change;
  const onChoose = useCallback((chosen: number) => latest.current({ offset: chosen }), []);
  return (
    <main className={styles.page} id="content" tabIndex={-1} data-open={offset !== undefined || undefined}>
      <div className={styles.head}>
        <h1>Log</h1>
        <p className={styles.live}>
          <span aria-hidden /> live
        </p>
        <Filters view={view} onChange={change} />
        <DatasetDialog topic={view.topic} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <section className={styles.list} aria-label="Events" tabIndex={0}>
        {log.error !== null && <ErrorNotice error={log.error} />}
        {log.isLoading && log.error === null && <Loading label="Loading events" />}
        {!log.isLoading && log.events.length === 0 && log.error === null && <NoEvents view={view} />}
        <EventList
          events={log.events}
          chosen={offset}
          onChoose={onChoose}
          onEarlier={log.from > 0 ? log.showEarlier : undefined}
        />
      </section>
      {offset !== undefined && (
        <EventDetail
          key={`${view.topic} ${offset}`}
          view={{ ...view, offset }}
          loaded={chosenEvent}
          newestVersion={newestVersionOf(log, chosenEvent?.conversationId)}
          onChange={change}
        />
      )}
    </main>
  );
}

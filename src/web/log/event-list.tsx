// The list of events, newest first, one line each.
import { memo } from 'react';
import { Button, classes } from '../ui/button.tsx';
import { fullTime, preciseTime } from '../ui/time.ts';
import { typeName } from './address.ts';
import type { LogEvent } from './follow-log.ts';
import styles from './log.module.css';
import { summaryOf } from './summary.ts';

type RowProps = { event: LogEvent; isChosen: boolean; onChoose: (offset: number) => void };

const Row = memo(function Row({ event, isChosen, onChoose }: RowProps) {
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-current={isChosen || undefined}
        onClick={() => onChoose(event.offset)}
      >
        <span className={styles.offset}>{event.offset}</span>
        <time dateTime={event.recordedAt} title={fullTime(event.recordedAt)}>
          {preciseTime(event.recordedAt)}
        </time>
        <span className={styles.type} data-type={event.type}>
          {typeName(event.type)}
        </span>
        <span className={styles.summary}>{summaryOf(event)}</span>
        <span className={styles.actor}>{event.actor ?? 'Afterword'}</span>
      </button>
    </li>
  );
});

type EventListProps = {
  events: readonly LogEvent[];
  chosen: number | undefined;
  onChoose: (offset: number) => void;
  /** Undefined if there are no earlier events. */
  onEarlier: (() => void) | undefined;
};

export function EventList({ events, chosen, onChoose, onEarlier }: EventListProps) {
  return (
    <>
      <ol className={classes(styles.events)} aria-label="Events, newest first">
        {events.toReversed().map((event) => (
          <Row key={event.offset} event={event} isChosen={event.offset === chosen} onChoose={onChoose} />
        ))}
      </ol>
      {onEarlier !== undefined && (
        <Button look="quiet" className={styles.earlier} onClick={onEarlier}>
          Show earlier events
        </Button>
      )}
    </>
  );
}

// Notices, errors, empty states and loading states. An error offers a way to go on, if there is one.
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { describeError } from '../api/request.ts';
import { Button, classes } from './button.tsx';
import styles from './notice.module.css';

type Tone = 'warn' | 'bad' | 'plain';

export function Notice({
  tone = 'warn',
  children,
  action,
}: {
  tone?: Tone;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={classes(styles.notice, styles[tone])} role={tone === 'bad' ? 'alert' : 'status'}>
      <CircleAlert aria-hidden />
      <span>{children}</span>
      {action}
    </div>
  );
}

export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  return (
    <Notice tone="bad" action={onRetry && <Button onClick={onRetry}>Try again</Button>}>
      {describeError(error)}
    </Notice>
  );
}

export function EmptyState(props: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      {props.icon}
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

export function Loading({ label }: { label: string }) {
  return (
    <div className={styles.empty} role="status">
      <div className={styles.spinner} />
      <span className="visually-hidden">{label}</span>
    </div>
  );
}

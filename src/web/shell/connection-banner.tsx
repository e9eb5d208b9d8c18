// Shows that the connection was lost and is being retried. A short loss is not shown.
import { useEffect, useState } from 'react';
import { useConnectionStatus } from '../api/queries.ts';
import { Notice } from '../ui/notice.tsx';
import styles from './shell.module.css';

const delayMs = 400;

export function ConnectionBanner() {
  const isLost = useConnectionStatus() === 'reconnecting';
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isLost) return setShown(false);
    const timer = setTimeout(() => setShown(true), delayMs);
    return () => clearTimeout(timer);
  }, [isLost]);
  return (
    <div className={styles.connection}>
      {isShown && <Notice>The connection was lost: reconnecting…</Notice>}
    </div>
  );
}

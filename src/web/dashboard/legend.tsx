// Which colour is which model, in words of the page: charts say nothing to screen readers.
import styles from './dashboard.module.css';
import type { Series } from './series.ts';

export function Legend({ series }: { series: readonly Series[] }) {
  return (
    <ul className={styles.legend}>
      {series.map(({ model, colour }) => (
        <li key={model}>
          <span className={styles.swatch} style={{ background: colour }} aria-hidden />
          {model}
        </li>
      ))}
    </ul>
  );
}

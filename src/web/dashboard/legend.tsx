// The colour of each model, as text of the page: screen readers can't read it from a chart.
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

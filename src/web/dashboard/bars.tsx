// Counts as bars in words: the longest is the most frequent. It is its own table.
import styles from './dashboard.module.css';
import { formatCount } from './format.ts';

export type CountedThing = {
  key: string;
  label: string;
  parts: readonly { colour: string; count: number; name: string }[];
};

const totalOf = ({ parts }: CountedThing) => parts.reduce((sum, { count }) => sum + count, 0);

export function Bars({ label, things }: { label: string; things: readonly CountedThing[] }) {
  const most = Math.max(1, ...things.map(totalOf));
  return (
    <ul className={styles.bars} aria-label={label}>
      {things.map((thing) => (
        <li key={thing.key}>
          <span>{thing.label}</span>
          <span className={styles.bar} aria-hidden>
            {thing.parts.map(({ colour, count, name }) => (
              <span key={name} style={{ background: colour, width: `${(count / most) * 100}%` }} />
            ))}
          </span>
          <span className={styles.count}>
            {formatCount(totalOf(thing))}
            <span className="visually-hidden">
              {`: ${thing.parts.map(({ name, count }) => `${formatCount(count)} ${name}`).join(', ')}`}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

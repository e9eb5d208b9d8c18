// Counts as horizontal bars with labels. A screen reader reads them as a list, so they need no table.
import styles from './dashboard.module.css';
import { formatCount } from './format.ts';

export type CountedItem = {
  key: string;
  label: string;
  parts: readonly { colour: string; count: number; name: string }[];
};

const totalOf = ({ parts }: CountedItem) => parts.reduce((sum, { count }) => sum + count, 0);

export function Bars({ label, items }: { label: string; items: readonly CountedItem[] }) {
  const maxCount = Math.max(1, ...items.map(totalOf));
  return (
    <ul className={styles.bars} aria-label={label}>
      {items.map((item) => (
        <li key={item.key}>
          <span>{item.label}</span>
          <span className={styles.bar} aria-hidden>
            {item.parts.map(({ colour, count, name }) => (
              <span key={name} style={{ background: colour, width: `${(count / maxCount) * 100}%` }} />
            ))}
          </span>
          <span className={styles.count}>
            {formatCount(totalOf(item))}
            <span className="visually-hidden">
              {`: ${item.parts.map(({ name, count }) => `${formatCount(count)} ${name}`).join(', ')}`}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

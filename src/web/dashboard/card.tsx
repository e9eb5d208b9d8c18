// A card of the dashboard: a title, a chart, and the same numbers as a table.
import { type ReactNode, useId } from 'react';
import { classes } from '../ui/button.tsx';
import styles from './dashboard.module.css';

export type Column<Row> = { name: string; cell: (row: Row) => ReactNode; isNumber?: boolean };

type TableProps<Row> = {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
};

export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
    <section className={styles.table} tabIndex={0} aria-label={caption}>
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" data-number={isNumber || undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, cell, isNumber }) => (
                <td key={name} data-number={isNumber || undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type CardProps = {
  title: string;
  about: string;
  isWide?: boolean;
  isTall?: boolean;
  /** Whether there is nothing to draw. */
  isEmpty?: boolean;
  emptyText?: string;
  children: ReactNode;
  table?: ReactNode;
};

export function Card({ title, about, isWide, isTall, isEmpty, emptyText, children, table }: CardProps) {
  const id = useId();
  return (
    <section
      className={classes(styles.card, isWide && styles.wide, isTall && styles.tall)}
      aria-labelledby={id}
    >
      <h2 id={id}>{title}</h2>
      <p className={styles.about}>{about}</p>
      {isEmpty ? <p className={styles.none}>{emptyText}</p> : children}
      {!isEmpty && table !== undefined && (
        <details className={styles.asTable}>
          <summary>As a table</summary>
          {table}
        </details>
      )}
    </section>
  );
}

// A choice of one among several: the browser's own, which every keyboard, screen reader and phone knows.
import { ChevronDown } from 'lucide-react';
import { classes } from './button.tsx';
import styles from './select.module.css';

export type Option = { value: string; label: string };

type SelectProps = {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  isQuiet?: boolean;
};

export function Select({ label, value, options, onChange, isQuiet = false }: SelectProps) {
  return (
    <span className={classes(styles.select, isQuiet && styles.quiet)}>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden />
    </span>
  );
}

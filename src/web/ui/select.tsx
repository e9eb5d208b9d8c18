// A choice of one among several: the browser's own element, which every keyboard, screen reader and phone supports.
import { ChevronDown } from 'lucide-react';
import { classes } from './button.tsx';
import { findOption, type Option } from './options.ts';
import styles from './select.module.css';

type SelectProps<Value extends string> = {
  label: string;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  isQuiet?: boolean;
};

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange, isQuiet = false } = props;
  return (
    <span className={classes(styles.select, isQuiet && styles.quiet)}>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = findOption(options, event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
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

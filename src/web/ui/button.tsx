// Buttons with text, and icon buttons, whose name is read by screen readers and shown in a tooltip.
import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';

type Look = 'plain' | 'primary' | 'quiet' | 'danger';

export function classes(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

export function buttonClass(look: Look = 'plain'): string {
  return classes(styles.button, look !== 'plain' && styles[look]);
}

export function Button({ look = 'plain', className, ...props }: ComponentProps<'button'> & { look?: Look }) {
  return <button type="button" {...props} className={classes(buttonClass(look), className)} />;
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  label: string;
  icon: ReactNode;
  isPressed?: boolean;
  tone?: 'good' | 'bad';
  'data-tooltip-side'?: 'below' | 'end';
};

export function IconButton({ label, icon, isPressed, tone, className, ...props }: IconButtonProps) {
  return (
    <button
      type="button"
      {...props}
      aria-label={label}
      aria-pressed={isPressed}
      data-tone={tone}
      data-tooltip={label}
      className={classes(styles.button, styles.icon, className)}
    >
      {icon}
    </button>
  );
}

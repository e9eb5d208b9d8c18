// The switch between a message and those with the same parent.
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';
import styles from './message.module.css';
import type { ThreadItem } from './thread.ts';

type SiblingsProps = { item: ThreadItem; noun: string; onChoose: (messageId: string) => void };

export function Siblings({ item: { message, siblings }, noun, onChoose }: SiblingsProps) {
  if (siblings.length < 2) return null;
  const at = siblings.findIndex(({ id }) => id === message.id);
  const step = (by: number) => {
    const other = siblings[at + by];
    return {
      disabled: other === undefined,
      onClick: () => {
        if (other !== undefined) onChoose(other.id);
      },
    };
  };
  return (
    <fieldset className={styles.siblings} aria-label={`Versions of this ${noun}`}>
      <IconButton label={`Earlier ${noun}`} icon={<ChevronLeft />} {...step(-1)} />
      <span aria-hidden>
        {at + 1} / {siblings.length}
      </span>
      <span className="visually-hidden" aria-live="polite">{`${at + 1} of ${siblings.length}`}</span>
      <IconButton label={`Later ${noun}`} icon={<ChevronRight />} {...step(1)} />
    </fieldset>
  );
}

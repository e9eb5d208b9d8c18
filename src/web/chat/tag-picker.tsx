// Reasons, as keys: those that fit the rating, and those that were given before.
import { Toggle } from '@base-ui/react/toggle';
import styles from './feedback-form.module.css';

type Verdict = 'like' | 'dislike' | null;

const good = ['correct', 'helpful', 'clear', 'complete', 'good_style'];
const bad = ['incorrect', 'unhelpful', 'unclear', 'too_long', 'off_topic', 'unsafe'];

function keysFor(rating: Verdict): readonly string[] {
  if (rating === 'like') return good;
  return rating === 'dislike' ? bad : [...good, ...bad];
}

/** `too_long` as it is read: Too long. */
export function tagLabel(key: string): string {
  const words = key.replaceAll(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

type TagPickerProps = {
  rating: Verdict;
  tags: readonly string[];
  onChange: (tags: readonly string[]) => void;
};

export function TagPicker({ rating, tags, onChange }: TagPickerProps) {
  const keys = [...new Set([...keysFor(rating), ...tags])];
  return (
    <fieldset className={styles.tags}>
      <legend>Reasons</legend>
      {keys.map((key) => (
        <Toggle
          key={key}
          className={styles.tag}
          pressed={tags.includes(key)}
          onPressedChange={(isPressed) =>
            onChange(isPressed ? [...tags, key] : tags.filter((other) => other !== key))
          }
        >
          {tagLabel(key)}
        </Toggle>
      ))}
    </fieldset>
  );
}

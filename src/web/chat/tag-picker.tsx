// Reasons, as keys: those that fit the rating, and those that were given before.
import { Toggle } from '@base-ui/react/toggle';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask.ts';
import { SuggestedTagsDocument } from '../api/operations.ts';
import { tagLabel } from '../ui/tag-label.ts';
import styles from './feedback-form.module.css';

type Verdict = 'like' | 'dislike' | null;

const good = ['correct', 'helpful', 'clear', 'complete', 'good_style'];
const bad = ['incorrect', 'unhelpful', 'unclear', 'too_long', 'off_topic', 'unsafe'];

function keysFor(rating: Verdict): readonly string[] {
  if (rating === 'like') return good;
  return rating === 'dislike' ? bad : [...good, ...bad];
}

type Tag = { key: string; label: string };
type TagPickerProps = {
  topic: string;
  rating: Verdict;
  tags: readonly string[];
  onChange: (tags: readonly string[]) => void;
};

/** What the topic's team has set, or what fits the rating; and what was given before. */
function useOffered({
  topic,
  rating,
  tags,
}: Pick<TagPickerProps, 'topic' | 'rating' | 'tags'>): readonly Tag[] {
  const { data } = useQuery({
    queryKey: ['suggested tags', topic],
    queryFn: ({ signal }) => ask(SuggestedTagsDocument, { topic }, signal),
    staleTime: 60_000,
  });
  const own = keysFor(rating).map((key) => ({ key, label: tagLabel(key) }));
  const offered = data?.suggestedTags.length ? data.suggestedTags : own;
  const others = tags.filter((tag) => !offered.some(({ key }) => key === tag));
  return [...offered, ...others.map((key) => ({ key, label: tagLabel(key) }))];
}

export function TagPicker({ topic, rating, tags, onChange }: TagPickerProps) {
  const offered = useOffered({ topic, rating, tags });
  return (
    <fieldset className={styles.tags}>
      <legend>Reasons</legend>
      {offered.map(({ key, label }) => (
        <Toggle
          key={key}
          className={styles.tag}
          pressed={tags.includes(key)}
          onPressedChange={(isPressed) =>
            onChange(isPressed ? [...tags, key] : tags.filter((other) => other !== key))
          }
        >
          {label}
        </Toggle>
      ))}
    </fieldset>
  );
}

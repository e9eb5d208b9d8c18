// The tags of feedback, as buttons: those that fit the rating, and those already recorded.
import { Toggle } from '@base-ui/react/toggle';
import { useQuery } from '@tanstack/react-query';
import { SuggestedTagsDocument } from '../api/operations.ts';
import { request } from '../api/request.ts';
import { tagLabel } from '../ui/tag-label.ts';
import styles from './feedback-form.module.css';

type Rating = 'like' | 'dislike' | null;

const likeTags = ['correct', 'helpful', 'clear', 'complete', 'good_style'];
const dislikeTags = ['incorrect', 'unhelpful', 'unclear', 'too_long', 'off_topic', 'unsafe'];

function defaultTags(rating: Rating): readonly string[] {
  if (rating === 'like') return likeTags;
  return rating === 'dislike' ? dislikeTags : [...likeTags, ...dislikeTags];
}

type Tag = { key: string; label: string };
type TagPickerProps = {
  topic: string;
  rating: Rating;
  tags: readonly string[];
  onChange: (tags: readonly string[]) => void;
};

/** The topic's suggested tags, or the defaults for the rating if it has none; then those already recorded. */
function useOfferedTags({
  topic,
  rating,
  tags,
}: Pick<TagPickerProps, 'topic' | 'rating' | 'tags'>): readonly Tag[] {
  const { data } = useQuery({
    queryKey: ['suggested tags', topic],
    queryFn: ({ signal }) => request(SuggestedTagsDocument, { topic }, signal),
    staleTime: 60_000,
  });
  const defaults = defaultTags(rating).map((key) => ({ key, label: tagLabel(key) }));
  const offered = data?.suggestedTags.length ? data.suggestedTags : defaults;
  const recorded = tags.filter((tag) => !offered.some(({ key }) => key === tag));
  return [...offered, ...recorded.map((key) => ({ key, label: tagLabel(key) }))];
}

export function TagPicker({ topic, rating, tags, onChange }: TagPickerProps) {
  const offered = useOfferedTags({ topic, rating, tags });
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

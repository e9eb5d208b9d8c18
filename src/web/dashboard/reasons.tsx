// Why: the reasons that people give, and what they do without a word.
import { tagLabel } from '../ui/tag-label.ts';
import { Bars } from './bars.tsx';
import { Card } from './card.tsx';
import { type SignalName, signalsOf } from './series.ts';
import type { Stats } from './stats.ts';

const maxTags = 10;

export function TagsCard({ byTag }: { byTag: readonly Stats[] }) {
  const things = byTag
    .toSorted((one, other) => other.feedback - one.feedback)
    .slice(0, maxTags)
    .map(({ tag, feedback, likes, dislikes }) => ({
      key: tag ?? '',
      label: tagLabel(tag ?? ''),
      parts: [
        { name: 'with a like', colour: 'var(--good)', count: likes },
        { name: 'with a dislike', colour: 'var(--bad)', count: dislikes },
        {
          name: 'without a rating',
          colour: 'var(--line-strong)',
          count: Math.max(0, feedback - likes - dislikes),
        },
      ],
    }));
  return (
    <Card
      title="Reasons"
      isTall
      about="The tags that feedback carries: green with a like, red with a dislike."
      isEmpty={things.length === 0}
      emptyText="No reasons in this time. They are offered in the chat beside the comment."
    >
      <Bars label="Reasons, the most frequent first" things={things} />
    </Card>
  );
}

const signalNames: Record<SignalName, string> = {
  COPIED: 'Copied',
  EDITED: 'Asked anew in other words',
  ENDED: 'Left within a minute',
  INSERTED: 'Inserted into a document',
  READ_ALOUD: 'Had it read aloud',
  REGENERATED: 'Asked for another reply',
  SHARED: 'Shared',
  STOPPED: 'Stopped it',
};

export function SignalsCard({ byModel }: { byModel: readonly Stats[] }) {
  const things = signalsOf(byModel).map(({ signal, count }) => ({
    key: signal,
    label: signalNames[signal],
    parts: [{ name: 'times', colour: 'var(--series-3)', count }],
  }));
  return (
    <Card
      title="Signals"
      about="What people did with replies without a word on them: hints, and counted in no rating."
      isEmpty={things.length === 0}
      emptyText="No signals in this time."
    >
      <Bars label="Signals, the most frequent first" things={things} />
    </Card>
  );
}

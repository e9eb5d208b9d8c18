// The reasons that people give as tags, and the signals of what they did with replies.
import { tagLabel } from '../ui/tag-label.ts';
import { Bars } from './bars.tsx';
import { Card } from './card.tsx';
import { type SignalName, signalsOf } from './series.ts';
import type { Stats } from './stats.ts';

const maxTags = 10;

export function TagsCard({ byTag }: { byTag: readonly Stats[] }) {
  const items = byTag
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
      about="The tags of feedback: green with a like, red with a dislike."
      isEmpty={items.length === 0}
      emptyText="No reasons in this period. The chat offers them above the comment."
    >
      <Bars label="Reasons, the most frequent first" items={items} />
    </Card>
  );
}

const signalNames: Record<SignalName, string> = {
  COPIED: 'Copied',
  EDITED: 'Edited the prompt',
  ENDED: 'Ended within a minute',
  INSERTED: 'Inserted into a document',
  READ_ALOUD: 'Had it read aloud',
  REGENERATED: 'Regenerated',
  SHARED: 'Shared',
  STOPPED: 'Stopped',
};

export function SignalsCard({ byModel }: { byModel: readonly Stats[] }) {
  const items = signalsOf(byModel).map(({ signal, count }) => ({
    key: signal,
    label: signalNames[signal],
    parts: [{ name: 'times', colour: 'var(--series-3)', count }],
  }));
  return (
    <Card
      title="Signals"
      about="What people did with replies without giving feedback. Signals are not counted as ratings."
      isEmpty={items.length === 0}
      emptyText="No signals in this period."
    >
      <Bars label="Signals, the most frequent first" items={items} />
    </Card>
  );
}

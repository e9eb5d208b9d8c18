// The newest replies that were disliked, with what was said of them: one click leads to where it was said.
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ask } from '../api/ask.ts';
import { LatestDislikesDocument, type LatestDislikesQuery } from '../api/operations.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import { tagLabel } from '../ui/tag-label.ts';
import { fullTime, shortTime } from '../ui/time.ts';
import type { DashboardView } from './address.ts';
import { Card } from './card.tsx';
import styles from './dashboard.module.css';
import type { Period } from './period.ts';

type Disliked = LatestDislikesQuery['feedback']['nodes'][number];

const shown = 8;
const longest = 180;

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function Item({
  disliked: { username, comment, tags, correction, updatedAt, message },
}: {
  disliked: Disliked;
}) {
  return (
    <li className={styles.disliked}>
      <p className={styles.dislikedHead}>
        <strong>{message.model?.id}</strong>
        <span>{username}</span>
        <time dateTime={updatedAt} title={fullTime(updatedAt)}>
          {shortTime(updatedAt)}
        </time>
      </p>
      {comment !== null && <p className={styles.comment}>{comment}</p>}
      {tags.length > 0 && (
        <p className={styles.tagList}>
          {tags.map((tag) => (
            <span key={tag}>{tagLabel(tag)}</span>
          ))}
        </p>
      )}
      <p className={styles.excerpt}>
        {message.parent !== null && <span>{shortened(message.parent.content)}</span>}
        {shortened(message.content)}
      </p>
      {correction !== null && <p className={styles.excerpt}>Should be: {shortened(correction)}</p>}
      <Link href={`/?conversation=${message.conversation.id}&message=${message.id}`}>
        Open the conversation
      </Link>
    </li>
  );
}

type DislikedCardProps = {
  view: DashboardView;
  period: Period;
  /** Changes with the ratings and comments that are counted. */
  version: string;
};

export function DislikedCard({ view: { topic, source, models }, period, version }: DislikedCardProps) {
  const { from } = period;
  // The API takes one model: of several, what comes is sorted out here.
  const model = models.length === 1 ? (models[0] ?? null) : null;
  const { data, error, refetch } = useQuery({
    queryKey: ['disliked', topic, source, model, from, version],
    queryFn: ({ signal }) => ask(LatestDislikesDocument, { topic, source, model, from, first: 24 }, signal),
    placeholderData: (before) => before,
  });
  const nodes = (data?.feedback.nodes ?? [])
    .filter(({ message }) => models.length === 0 || models.includes(message.model?.id ?? ''))
    .slice(0, shown);
  return (
    <Card
      title="Latest dislikes"
      about="The newest replies that were disliked, with what was said of them."
      isWide
      isEmpty={data !== undefined && nodes.length === 0}
      emptyText="Nothing was disliked in this time."
    >
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <ul className={styles.dislikes}>
        {nodes.map((disliked) => (
          <Item key={`${disliked.message.id} ${disliked.username}`} disliked={disliked} />
        ))}
      </ul>
    </Card>
  );
}

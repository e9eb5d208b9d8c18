// The newest disliked replies with their feedback, each with a link to its conversation.
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { LatestDislikesDocument, type LatestDislikesQuery } from '../api/operations.ts';
import { request } from '../api/request.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import { shorten } from '../ui/shorten.ts';
import { tagLabel } from '../ui/tag-label.ts';
import { fullTime, shortTime } from '../ui/time.ts';
import type { DashboardView } from './address.ts';
import { Card } from './card.tsx';
import styles from './dashboard.module.css';
import type { Period } from './period.ts';

type Disliked = LatestDislikesQuery['feedback']['nodes'][number];

const maxItems = 8;
const maxExcerptLength = 180;

const excerpt = (text: string): string => shorten(text, maxExcerptLength);

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
        {message.parent !== null && <span>{excerpt(message.parent.content)}</span>}
        {excerpt(message.content)}
      </p>
      {correction !== null && <p className={styles.excerpt}>Should be: {excerpt(correction)}</p>}
      <Link href={`/?conversation=${message.conversation.id}&message=${message.id}`}>
        Open the conversation
      </Link>
    </li>
  );
}

type DislikedCardProps = {
  view: DashboardView;
  period: Period;
  /** Changes when ratings or comments arrive: the list is read again. */
  version: string;
};

export function DislikedCard({ view: { topic, source, models }, period, version }: DislikedCardProps) {
  const { from } = period;
  // The API filters by one model: several are filtered here.
  const model = models.length === 1 ? (models[0] ?? null) : null;
  const { data, error, refetch } = useQuery({
    queryKey: ['disliked', topic, source, model, from, version],
    queryFn: ({ signal }) =>
      request(LatestDislikesDocument, { topic, source, model, from, first: 24 }, signal),
    placeholderData: (before) => before,
  });
  const nodes = (data?.feedback.nodes ?? [])
    .filter(({ message }) => models.length === 0 || models.includes(message.model?.id ?? ''))
    .slice(0, maxItems);
  return (
    <Card
      title="Latest dislikes"
      about="The newest disliked replies, with the feedback on them."
      isWide
      isEmpty={data !== undefined && nodes.length === 0}
      emptyText="No dislikes in this period."
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

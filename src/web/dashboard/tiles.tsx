// The headline numbers, over all models that are counted.
import type { ReactNode } from 'react';
import { z95 } from '../../stats/interval.ts';
import styles from './dashboard.module.css';
import {
  formatCount,
  formatInterval,
  formatPercent,
  formatPrecisePercent,
  formatScore,
  noValue,
} from './format.ts';
import type { Stats } from './stats.ts';

function Tile({ name, value, about }: { name: string; value: ReactNode; about: ReactNode }) {
  return (
    <div className={styles.tile}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{about}</span>
      </dd>
    </div>
  );
}

function scoreAbout({ scores, averageScoreError }: Stats): string {
  if (scores === 0) return 'no scores';
  const error = averageScoreError === null ? '' : ` ± ${formatScore(z95 * averageScoreError)}`;
  return `${error} of ${formatCount(scores)} scores`.trim();
}

export function Tiles({ total }: { total: Stats | undefined }) {
  if (total === undefined) return null;
  const ratings = total.likes + total.dislikes;
  return (
    <dl className={styles.tiles}>
      <Tile
        name="Like rate"
        value={formatPrecisePercent(total.likeRate)}
        about={
          ratings === 0
            ? 'no ratings yet'
            : `${formatInterval(total.likeRateLow, total.likeRateHigh)}, of ${formatCount(ratings)} ratings`
        }
      />
      <Tile
        name="Replies"
        value={formatCount(total.replies)}
        about={`${formatCount(total.rated ?? 0)} of them rated`}
      />
      <Tile name="Response rate" value={formatPercent(total.responseRate)} about="of replies were rated" />
      <Tile
        name="Average score"
        value={total.averageScore === null ? noValue : formatScore(total.averageScore)}
        about={scoreAbout(total)}
      />
      <Tile name="Comments" value={formatCount(total.comments)} about="in their own words" />
      <Tile name="Corrections" value={formatCount(total.corrections)} about="what it should have said" />
    </dl>
  );
}

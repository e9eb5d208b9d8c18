// The SQL of rating statistics: one statement, so that the numbers and the offset up to which they count come from one
// snapshot. It reads counts, not messages. Each form of it is prepared once per connection.
import type { StatsQuery } from './stats-query.ts';

/** The sums of each group, in the order in which they are read: the name in this statement, and the column. */
const sums: readonly (readonly [name: string, column: string])[] = [
  ['records', 'records'],
  ['rated', 'rated'],
  ['likes', 'likes'],
  ['dislikes', 'dislikes'],
  ['comments', 'comments'],
  ['corrections', 'corrections'],
  ['scores', 'scores'],
  ['score_sum', 'score_sum'],
  ['score_squares', 'score_squares'],
  ...Array.from({ length: 10 }, (_, bin) => [`bin_${bin}`, `score_histogram[${bin + 1}]`] as const),
];

/** Parameters: $1 topic, $2 source, $3 from, $4 to, $5 models, $6 row limit; if there are buckets, $7 their time zone. */
export function ratingStatsSql(query: StatsQuery): { name: string; text: string } {
  const { bucket, isByModel, isByTag, isZeroFilled } = query;
  const model = isByModel ? 'model_id' : `''`;
  const start = bucket === undefined ? `timestamptz 'epoch'` : `date_trunc('${bucket}', half_hour, $7)`;
  const where = `topic = $1 AND half_hour >= $3 AND half_hour < $4 AND ($5::text[] IS NULL OR model_id = ANY ($5))`;
  const selectedSums = sums.map(([name, column]) => `sum(${column}) AS ${name}`).join(', ');
  const ratingCounts = sums.map(([name]) => `coalesce(ratings.${name}, 0)::float8`).join(', ');
  const order = isByTag ? 'model, tag, start' : 'model, start';
  const buckets = isZeroFilled
    ? `(SELECT array_agg(DISTINCT date_trunc('${bucket}', half_hour, $7) ORDER BY date_trunc('${bucket}', half_hour, $7))
        FROM generate_series($3, least($4, now()) - interval '1 ms', interval '30 minutes') AS half_hour)`
    : 'NULL::timestamptz[]';
  // Every rated reply is in replies, but not every reply carries a tag.
  const joined = `replies ${isByTag ? '' : 'LEFT '}JOIN ratings USING (model, start) LEFT JOIN signals USING (model, start)`;
  const text = `WITH ratings AS (
    SELECT ${model} AS model, ${start} AS start, ${isByTag ? 'tag' : `''`} AS tag, ${selectedSums}
    FROM rating_rollup WHERE ${where} AND source = $2::feedback_source AND tag ${isByTag ? `> ''` : `= ''`} GROUP BY 1, 2, 3
    HAVING sum(records) > 0
  ), replies AS (
    SELECT ${model} AS model, ${start} AS start, sum(replies) AS replies FROM reply_rollup WHERE ${where} GROUP BY 1, 2
  ), signals AS (
    SELECT model, start, jsonb_object_agg(signal, count) AS signals FROM (
      SELECT ${model} AS model, ${start} AS start, signal, sum(count) AS count
      FROM signal_rollup WHERE ${where} AND ${!isByTag} GROUP BY 1, 2, 3
    ) AS each_signal GROUP BY 1, 2
  ), found AS (
    SELECT model, start, tag, replies.replies::float8 AS replies, ARRAY[${ratingCounts}] AS counts,
           coalesce(signals.signals, '{}') AS signals
    FROM ${joined} ORDER BY ${order} LIMIT $6
  )
  SELECT (SELECT next_offset - 1 FROM topic WHERE name = $1)::float8 AS "offset", ${buckets} AS buckets,
         coalesce((SELECT jsonb_agg(jsonb_build_array(model, extract(epoch FROM start) * 1000, tag, replies, counts, signals)
                            ORDER BY ${order}) FROM found), '[]') AS rows`;
  return { name: `rating_stats ${isByModel} ${bucket} ${isByTag} ${isZeroFilled}`, text };
}

// The SQL of rating statistics: one statement, so that its numbers and the offset at which they hold are of one
// snapshot. It reads counts and no messages. Each form of it is prepared once per connection.
import type { StatsQuery } from './query.ts';

/** Names in this statement, with what is summed up for each. */
const counts: readonly (readonly [name: string, column: string])[] = [
  ...[
    'records',
    'rated',
    'likes',
    'dislikes',
    'comments',
    'corrections',
    'scores',
    'score_sum',
    'score_squares',
  ].map((name) => [name, name] as const),
  ...Array.from({ length: 10 }, (_, tenth) => [`tenth_${tenth}`, `score_histogram[${tenth + 1}]`] as const),
];

/** $1 topic, $2 source, $3 from, $4 to, $5 models, $6 most rows, and, where there are buckets, $7 their time zone. */
export function statementOf(query: StatsQuery): { name: string; text: string } {
  const { bucket, isByModel, isByTag, isZeroFilled } = query;
  const model = isByModel ? 'model_id' : `''`;
  const start = bucket === undefined ? `timestamptz 'epoch'` : `date_trunc('${bucket}', half_hour, $7)`;
  const where = `topic = $1 AND half_hour >= $3 AND half_hour < $4 AND ($5::text[] IS NULL OR model_id = ANY ($5))`;
  const sums = counts.map(([name, column]) => `sum(${column}) AS ${name}`).join(', ');
  const given = counts.map(([name]) => `coalesce(ratings.${name}, 0)::float8`).join(', ');
  const order = isByTag ? 'model, tag, start' : 'model, start';
  const buckets = isZeroFilled
    ? `(SELECT array_agg(DISTINCT date_trunc('${bucket}', half_hour, $7) ORDER BY date_trunc('${bucket}', half_hour, $7))
        FROM generate_series($3, least($4, now()) - interval '1 ms', interval '30 minutes') AS half_hour)`
    : 'NULL::timestamptz[]';
  // Whatever was rated is a reply, but not every reply carries a tag.
  const joined = `replies ${isByTag ? '' : 'LEFT '}JOIN ratings USING (model, start) LEFT JOIN signals USING (model, start)`;
  const text = `WITH ratings AS (
    SELECT ${model} AS model, ${start} AS start, ${isByTag ? 'tag' : `''`} AS tag, ${sums}
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
    SELECT model, start, tag, replies.replies::float8 AS replies, ARRAY[${given}] AS counts,
           coalesce(signals.signals, '{}') AS signals
    FROM ${joined} ORDER BY ${order} LIMIT $6
  )
  SELECT (SELECT next_offset - 1 FROM topic WHERE name = $1)::float8 AS "offset", ${buckets} AS buckets,
         coalesce((SELECT jsonb_agg(jsonb_build_array(model, extract(epoch FROM start) * 1000, tag, replies, counts, signals)
                            ORDER BY ${order}) FROM found), '[]') AS rows`;
  return { name: `rating_stats ${isByModel} ${bucket} ${isByTag} ${isZeroFilled}`, text };
}

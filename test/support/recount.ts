// Recounts statistics from the log: folds its events, and counts reply by reply.
import type { FeedbackSnapshot, FoldableEvent, MessageSnapshot } from '../../src/log/fold/fold.ts';
import { type ConversationSnapshot, fold } from '../../src/log/fold/fold.ts';
import type { RatingStats } from '../../src/stats/read-rating-stats.ts';
import type { StatsQuery } from '../../src/stats/stats-query.ts';

type Reply = MessageSnapshot & { topic: string; model: string; signals: string[] };
type Counted = Omit<RatingStats, 'scoreSum' | 'scoreSquares' | 'bucket'> & {
  bucket: string | null;
  scoreSum: number;
};

/** The signals that the log shows on the replies of a conversation, by reply, each as `signal author`. */
function signalsOf(events: FoldableEvent[], snapshot: ConversationSnapshot): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const addSignal = (id: string | undefined, signal: string, author = '') => {
    if (id === undefined) return;
    found.set(id, (found.get(id) ?? new Set()).add(`${signal} ${author || snapshot.username}`));
  };
  let before: ConversationSnapshot | undefined;
  for (const [index, event] of events.entries()) {
    const payload = Object(event.payload);
    const messages = before?.messages ?? [];
    const last = messages.at(-1);
    const beside = (role: string) =>
      messages.filter((one) => one.parentId === payload.parent_id && one.role === role).at(-1);
    if (event.type === 'UPDATE_MESSAGE' && payload.signal)
      addSignal(payload.id, payload.signal, payload.username);
    if (payload.status === 'stopped' && payload.finish_reason !== 'length') addSignal(payload.id, 'stopped');
    if (event.type === 'ADD_MESSAGE' && payload.role === 'assistant' && payload.parent_id !== null) {
      addSignal(beside('assistant')?.id, 'regenerated');
    }
    if (event.type === 'ADD_MESSAGE' && payload.role === 'user') {
      const prompt = beside('user');
      const replies = messages.filter((one) => one.parentId === prompt?.id && one.role === 'assistant');
      if (prompt !== undefined) addSignal(replies.at(-1)?.id, 'edited');
    }
    before = fold(events.slice(0, index + 1));
    if (event.type === 'END_CONVERSATION' && last?.role === 'assistant') {
      const passedMs = (before?.endedAt?.getTime() ?? 0) - last.createdAt.getTime();
      if (passedMs >= 0 && passedMs <= 60_000) addSignal(last.id, 'ended');
    }
  }
  return found;
}

export function repliesOf(histories: FoldableEvent[][]): Reply[] {
  return histories.flatMap((events) => {
    const snapshot = fold(events);
    if (snapshot === undefined) return [];
    const signals = signalsOf(events, snapshot);
    return snapshot.messages
      .filter(({ role }) => role === 'assistant')
      .map((message) => ({
        ...message,
        topic: snapshot.topic,
        model: message.modelId || snapshot.model.id,
        signals: [...(signals.get(message.id) ?? [])].map((entry) => entry.slice(0, entry.indexOf(' '))),
      }));
  });
}

/** The day or the hour of an instant, in the local time of the query's time zone. */
export function localTime(query: StatsQuery, at: Date): string | null {
  if (query.bucket === undefined) return null;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: query.timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(query.bucket === 'hour' ? { hour: '2-digit', hourCycle: 'h23', timeZoneName: 'longOffset' } : {}),
  });
  return format.format(at);
}

const isNotEmpty = ({ rating, score, comment, correction, tags }: FeedbackSnapshot) =>
  tags.length > 0 || [rating, score, comment, correction].some((field) => field !== null);
const micro = (score: number) => Math.round(score * 1e6);
const countOf = <T>(all: readonly T[], isCounted: (one: T) => boolean) => all.filter(isCounted).length;

function countFeedback(replies: Reply[], query: StatsQuery, tag: string | undefined) {
  const isCounted = (feedback: FeedbackSnapshot) =>
    feedback.source === query.source &&
    isNotEmpty(feedback) &&
    (tag === undefined || feedback.tags.includes(tag));
  const all = replies.flatMap(({ feedback }) => feedback.filter(isCounted));
  const scores = all.flatMap(({ score }) => (score === null ? [] : [micro(score)]));
  const isRated = ({ rating, score }: FeedbackSnapshot) => rating !== null || score !== null;
  return {
    records: all.length,
    rated:
      tag === undefined ? countOf(replies, ({ feedback }) => feedback.filter(isCounted).some(isRated)) : null,
    likes: countOf(all, ({ rating }) => rating === 'like'),
    dislikes: countOf(all, ({ rating }) => rating === 'dislike'),
    comments: countOf(all, ({ comment }) => comment !== null),
    corrections: countOf(all, ({ correction }) => correction !== null),
    scores: scores.length,
    scoreSum: scores.reduce((sum, score) => sum + score, 0),
    scoreHistogram: Array.from({ length: 10 }, (_, bin) =>
      countOf(scores, (score) => Math.min(Math.floor(score / 1e5), 9) === bin),
    ),
  };
}

function countSignals(replies: Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const signal of replies.flatMap(({ signals }) => signals)) counts[signal] = (counts[signal] ?? 0) + 1;
  return counts;
}

/** Rows in no particular order; buckets in local time. */
export function recount(replies: Reply[], query: StatsQuery): Counted[] {
  const { topic, models, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  const counted = replies.filter(
    (reply) =>
      reply.topic === topic &&
      (models === undefined || models.includes(reply.model)) &&
      reply.createdAt.getTime() >= from &&
      reply.createdAt.getTime() < to,
  );
  const groups = new Map<string, Reply[]>();
  for (const reply of counted) {
    const key = JSON.stringify([query.isByModel ? reply.model : null, localTime(query, reply.createdAt)]);
    groups.set(key, [...(groups.get(key) ?? []), reply]);
  }
  return [...groups].flatMap(([key, groupReplies]): Counted[] => {
    const [model, bucket] = JSON.parse(key);
    if (!query.isByTag) {
      return [
        {
          model,
          bucket,
          tag: null,
          replies: groupReplies.length,
          ...countFeedback(groupReplies, query, undefined),
          signals: countSignals(groupReplies),
        },
      ];
    }
    const tags = groupReplies.flatMap(({ feedback }) =>
      feedback.filter(({ source }) => source === query.source).flatMap((one) => one.tags),
    );
    return [...new Set(tags)]
      .filter((tag) => tag !== '')
      .map((tag) => ({
        model,
        bucket,
        tag,
        replies: groupReplies.length,
        ...countFeedback(groupReplies, query, tag),
        signals: {},
      }));
  });
}

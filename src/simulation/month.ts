// A month of simulated conversations and what their users think of them, as a pure function of a seed and its last day.
import type { FeedbackSource, Rating } from '../client/operations.ts';
import { createRandom, type Random } from './random.ts';
import { comments, exchanges, tags, usernames } from './talk.ts';

export type SimulatedFeedback = {
  username: string;
  source: FeedbackSource;
  rating?: Rating;
  score?: number;
  comment?: string;
  tags?: string[];
  correction?: string;
};

export type SimulatedReply = {
  id: string;
  model: string;
  content: string;
  at: Date;
  feedback: SimulatedFeedback[];
  isCopied: boolean;
};

export type SimulatedTurn = {
  promptId: string;
  prompt: string;
  at: Date;
  replies: SimulatedReply[];
  /** Which of two replies was preferred; 'tie' where neither. */
  preference: { chosen: number; isTie: boolean } | undefined;
};

export type SimulatedConversation = {
  id: string;
  username: string;
  title: string;
  turns: SimulatedTurn[];
  isEnded: boolean;
};

/** How often a model answers well on a day, from 0 to 1. `day` counts from the first of the month. */
type SimulatedModel = { id: string; share: number; quality: (day: number) => number };

export const models: readonly [SimulatedModel, ...SimulatedModel[]] = [
  // Better with every week.
  { id: 'heron-large', share: 0.45, quality: (day) => 0.74 + 0.006 * day },
  // A bad release, which was taken back after four days.
  { id: 'heron-small', share: 0.35, quality: (day) => (day >= 17 && day <= 20 ? 0.38 : 0.7) },
  { id: 'wren-mini', share: 0.2, quality: () => 0.52 },
];

export const days = 30;
const dayMs = 86_400_000;

function chooseModel(random: Random): SimulatedModel {
  let rest = random.next();
  for (const model of models) {
    rest -= model.share;
    if (rest < 0) return model;
  }
  return models[0];
}

/** People like most good replies and few bad ones, and say so one time in three. */
function endUserFeedback(
  random: Random,
  isGood: boolean,
  username: string,
  good: string,
): SimulatedFeedback[] {
  if (!random.happens(isGood ? 0.3 : 0.42)) return [];
  const isLiked = random.happens(isGood ? 0.93 : 0.12);
  const kind = isLiked ? 'good' : 'bad';
  const given: SimulatedFeedback = { username, source: 'END_USER', rating: isLiked ? 'LIKE' : 'DISLIKE' };
  if (random.happens(isLiked ? 0.25 : 0.6)) given.tags = [random.pick(tags[kind])];
  if (random.happens(isLiked ? 0.12 : 0.4)) given.comment = random.pick(comments[kind]);
  if (!isLiked && random.happens(0.2)) given.correction = good;
  if (random.happens(0.35))
    given.score = Math.round((isLiked ? 0.7 + 0.3 * random.next() : 0.45 * random.next()) * 100) / 100;
  return [given];
}

/** Reviewers and judges look at some replies, and see more clearly what is good. */
function otherFeedback(random: Random, isGood: boolean): SimulatedFeedback[] {
  const given: SimulatedFeedback[] = [];
  const score = () => Math.round((isGood ? 0.65 + 0.35 * random.next() : 0.5 * random.next()) * 100) / 100;
  const isRated = (share: number) => random.happens(share);
  const rating = (): Rating => (random.happens(isGood ? 0.96 : 0.06) ? 'LIKE' : 'DISLIKE');
  if (isRated(0.1))
    given.push({ username: 'sim-reviewer', source: 'REVIEWER', rating: rating(), score: score() });
  if (isRated(0.25)) given.push({ username: 'sim-judge', source: 'JUDGE', rating: rating(), score: score() });
  return given;
}

type Asked = { random: Random; day: number; at: Date; username: string };

function reply(
  { random, day, at, username }: Asked,
  model: SimulatedModel,
  texts: { good: string; bad: string },
) {
  const isGood = random.happens(model.quality(day));
  const made: SimulatedReply = {
    id: random.id(at),
    model: model.id,
    content: isGood ? texts.good : texts.bad,
    at,
    feedback: [...endUserFeedback(random, isGood, username, texts.good), ...otherFeedback(random, isGood)],
    isCopied: random.happens(isGood ? 0.12 : 0.02),
  };
  return { made, isGood };
}

function turn(asked: Asked): SimulatedTurn {
  const { random, at } = asked;
  const exchange = random.pick(exchanges);
  const first = chooseModel(random);
  const one = reply(asked, first, exchange);
  const isCompared = random.happens(0.14);
  const rest = models.filter(({ id }) => id !== first.id);
  const rival = rest[random.between(0, rest.length - 1)] ?? models[0];
  const other = isCompared ? reply(asked, rival, exchange) : undefined;
  const isTie =
    other !== undefined && (one.isGood === other.isGood ? random.happens(0.6) : random.happens(0.08));
  const isOtherChosen =
    other !== undefined && (one.isGood === other.isGood ? random.happens(0.5) : other.isGood);
  return {
    promptId: random.id(at),
    prompt: exchange.prompt,
    at,
    replies: other === undefined ? [one.made] : [one.made, other.made],
    preference: other && { chosen: isOtherChosen ? 1 : 0, isTie },
  };
}

/** Most people write by day, and fewer on weekends. */
function instantOf(random: Random, day: Date): Date {
  const hour = 6 + Math.floor((random.next() + random.next()) * 8.5);
  return new Date(day.getTime() + hour * 3_600_000 + random.between(0, 3_599) * 1_000);
}

/**
 * @param until the day after the last one, at midnight in UTC
 * @param perDay about how many conversations begin on a weekday
 */
export function simulateMonth(options: {
  seed: string;
  until: Date;
  perDay: number;
}): SimulatedConversation[] {
  const { seed, until, perDay } = options;
  const random = createRandom(`${seed} ${until.toISOString()}`);
  return Array.from({ length: days }, (_, day) => {
    const begin = new Date(until.getTime() - (days - day) * dayMs);
    const isWeekend = [0, 6].includes(begin.getUTCDay());
    const count = Math.round(perDay * (isWeekend ? 0.55 : 1) * (0.8 + 0.4 * random.next()));
    return Array.from({ length: count }, () => conversation(random, day, begin));
  }).flat();
}

function conversation(random: Random, day: number, begin: Date): SimulatedConversation {
  const start = instantOf(random, begin);
  const username = random.pick(usernames);
  const turns = Array.from({ length: random.between(1, 4) }, (_, at) =>
    turn({ random, day, username, at: new Date(start.getTime() + at * 90_000) }),
  );
  return {
    id: random.id(start),
    username,
    title: turns[0]?.prompt ?? '',
    turns,
    isEnded: random.happens(0.5),
  };
}

// A month of simulated conversations and feedback, as a pure function of a seed and the last day.
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

/** A prompt with one reply, or with two that the user compares. */
export type SimulatedRound = {
  promptId: string;
  prompt: string;
  at: Date;
  replies: SimulatedReply[];
  /** The user's choice between two replies, by the index of the chosen one; undefined if there is one reply. */
  preference: { chosen: number; isTie: boolean } | undefined;
};

export type SimulatedConversation = {
  id: string;
  username: string;
  title: string;
  rounds: SimulatedRound[];
  isEnded: boolean;
};

type SimulatedModel = {
  id: string;
  /** Share of replies that it writes, from 0 to 1. */
  share: number;
  /** Probability of a good reply on a day, from 0 to 1. Days count from 0, the first of the month. */
  quality: (day: number) => number;
};

export const models: readonly [SimulatedModel, ...SimulatedModel[]] = [
  // Improves every week.
  { id: 'heron-large', share: 0.45, quality: (day) => 0.74 + 0.006 * day },
  // Has a bad release, which is rolled back after four days.
  { id: 'heron-small', share: 0.35, quality: (day) => (day >= 17 && day <= 20 ? 0.38 : 0.7) },
  { id: 'wren-mini', share: 0.2, quality: () => 0.52 },
];

export const days = 30;
const dayMs = 86_400_000;

function chooseModel(random: Random): SimulatedModel {
  let remaining = random.next();
  for (const model of models) {
    remaining -= model.share;
    if (remaining < 0) return model;
  }
  return models[0];
}

/** Users like most good replies and few bad ones, and rate about one reply in three. */
function endUserFeedback(
  random: Random,
  isGood: boolean,
  username: string,
  good: string,
): SimulatedFeedback[] {
  if (!random.happens(isGood ? 0.3 : 0.42)) return [];
  const isLiked = random.happens(isGood ? 0.93 : 0.12);
  const kind = isLiked ? 'good' : 'bad';
  const feedback: SimulatedFeedback = { username, source: 'END_USER', rating: isLiked ? 'LIKE' : 'DISLIKE' };
  if (random.happens(isLiked ? 0.25 : 0.6)) feedback.tags = [random.pick(tags[kind])];
  if (random.happens(isLiked ? 0.12 : 0.4)) feedback.comment = random.pick(comments[kind]);
  if (!isLiked && random.happens(0.2)) feedback.correction = good;
  if (random.happens(0.35))
    feedback.score = Math.round((isLiked ? 0.7 + 0.3 * random.next() : 0.45 * random.next()) * 100) / 100;
  return [feedback];
}

/** Reviewers and judges rate some of the replies, and are wrong less often than users. */
function expertFeedback(random: Random, isGood: boolean): SimulatedFeedback[] {
  const feedback: SimulatedFeedback[] = [];
  const score = () => Math.round((isGood ? 0.65 + 0.35 * random.next() : 0.5 * random.next()) * 100) / 100;
  const rating = (): Rating => (random.happens(isGood ? 0.96 : 0.06) ? 'LIKE' : 'DISLIKE');
  if (random.happens(0.1))
    feedback.push({ username: 'sim-reviewer', source: 'REVIEWER', rating: rating(), score: score() });
  if (random.happens(0.25))
    feedback.push({ username: 'sim-judge', source: 'JUDGE', rating: rating(), score: score() });
  return feedback;
}

type Prompt = { random: Random; day: number; at: Date; username: string };

function createReply(
  { random, day, at, username }: Prompt,
  model: SimulatedModel,
  texts: { good: string; bad: string },
) {
  const isGood = random.happens(model.quality(day));
  const reply: SimulatedReply = {
    id: random.id(at),
    model: model.id,
    content: isGood ? texts.good : texts.bad,
    at,
    feedback: [...endUserFeedback(random, isGood, username, texts.good), ...expertFeedback(random, isGood)],
    isCopied: random.happens(isGood ? 0.12 : 0.02),
  };
  return { reply, isGood };
}

function createRound(prompt: Prompt): SimulatedRound {
  const { random, at } = prompt;
  const exchange = random.pick(exchanges);
  const model = chooseModel(random);
  const first = createReply(prompt, model, exchange);
  const isCompared = random.happens(0.14);
  const rivals = models.filter(({ id }) => id !== model.id);
  const rival = rivals[random.between(0, rivals.length - 1)] ?? models[0];
  const second = isCompared ? createReply(prompt, rival, exchange) : undefined;
  const isTie =
    second !== undefined && (first.isGood === second.isGood ? random.happens(0.6) : random.happens(0.08));
  const isSecondChosen =
    second !== undefined && (first.isGood === second.isGood ? random.happens(0.5) : second.isGood);
  return {
    promptId: random.id(at),
    prompt: exchange.prompt,
    at,
    replies: second === undefined ? [first.reply] : [first.reply, second.reply],
    preference: second && { chosen: isSecondChosen ? 1 : 0, isTie },
  };
}

/** An instant of the day: most people write in the afternoon. */
function instantOf(random: Random, day: Date): Date {
  const hour = 6 + Math.floor((random.next() + random.next()) * 8.5);
  return new Date(day.getTime() + hour * 3_600_000 + random.between(0, 3_599) * 1_000);
}

/**
 * @param options.until midnight in UTC at the end of the last day
 * @param options.perDay roughly how many conversations start on a weekday; fewer do on a weekend
 */
export function simulateMonth(options: {
  seed: string;
  until: Date;
  perDay: number;
}): SimulatedConversation[] {
  const { seed, until, perDay } = options;
  const random = createRandom(`${seed} ${until.toISOString()}`);
  return Array.from({ length: days }, (_, day) => {
    const dayStart = new Date(until.getTime() - (days - day) * dayMs);
    const isWeekend = [0, 6].includes(dayStart.getUTCDay());
    const count = Math.round(perDay * (isWeekend ? 0.55 : 1) * (0.8 + 0.4 * random.next()));
    return Array.from({ length: count }, () => createConversation(random, day, dayStart));
  }).flat();
}

function createConversation(random: Random, day: number, dayStart: Date): SimulatedConversation {
  const startedAt = instantOf(random, dayStart);
  const username = random.pick(usernames);
  const rounds = Array.from({ length: random.between(1, 4) }, (_, index) =>
    createRound({ random, day, username, at: new Date(startedAt.getTime() + index * 90_000) }),
  );
  return {
    id: random.id(startedAt),
    username,
    title: rounds[0]?.prompt ?? '',
    rounds,
    isEnded: random.happens(0.5),
  };
}

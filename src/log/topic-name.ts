// The name of a topic: what one may be called, and what may be asked for.
import { AppError } from '../errors.ts';

export const defaultTopic = 'default';

const maxNameLength = 100;

/** @throws AppError INVALID_INPUT if a topic can't have that name */
export function checkTopic(topic: string): string {
  if (topic.length <= maxNameLength && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(topic)) return topic;
  throw new AppError(
    'INVALID_INPUT',
    `topic ${JSON.stringify(topic.slice(0, 120))} is not a valid name: use 1 to ${maxNameLength} letters, digits, '.', '_' or '-', beginning with a letter or digit.`,
  );
}

/**
 * The name of a topic to read, whether or not it exists. Names that Postgres or the relay can't hold are refused: one
 * of them would fail the queries that are made for all readers together, and with them everyone's wake-ups.
 * @throws AppError INVALID_INPUT if no topic can have that name
 */
export function checkTopicToRead(topic: string): string {
  if (topic.length <= maxNameLength && !topic.includes('\0')) return topic;
  throw new AppError(
    'INVALID_INPUT',
    `topic ${JSON.stringify(topic.slice(0, maxNameLength))} is not a valid name: a topic has at most ${maxNameLength} characters, and none of them is NUL.`,
  );
}

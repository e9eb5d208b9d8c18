// Checks names of topics to read. Which names a new topic may have is decided where conversations start.
import { AppError } from '../../errors.ts';

const maxNameLength = 100;

/**
 * Checks the name of a topic to read, which need not exist. A name that Postgres or the relay rejects would make the
 * polling query fail that is shared by all readers, and with it the wake-ups of everyone.
 * @throws AppError INVALID_INPUT if no topic can have the name
 */
export function checkTopicToRead(topic: string): string {
  if (topic.length <= maxNameLength && !topic.includes('\0')) return topic;
  throw new AppError(
    'INVALID_INPUT',
    `topic ${JSON.stringify(topic.slice(0, maxNameLength))} can't be a name: a name has at most ${maxNameLength} characters, and none of them is NUL.`,
  );
}

// What may be asked for as a topic. Which names a topic can be given is decided where conversations begin.
import { AppError } from '../../errors.ts';

/** No topic has a longer name. */
const maxNameLength = 100;

/**
 * The name of a topic to read, whether there is one or not. One that Postgres or the relay can't take would end the
 * questions that are asked for all readers together, and with them the wake-ups of everyone.
 * @throws AppError INVALID_INPUT where no topic can have the name
 */
export function checkTopicToRead(topic: string): string {
  if (topic.length <= maxNameLength && !topic.includes('\0')) return topic;
  throw new AppError(
    'INVALID_INPUT',
    `topic ${JSON.stringify(topic.slice(0, maxNameLength))} can't be a name: a topic has at most ${maxNameLength} characters, and none of them is NUL.`,
  );
}

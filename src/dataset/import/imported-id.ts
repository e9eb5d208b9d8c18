// Ids for what other systems recorded under ids of their own: the same input has the same id in every import.
import { derivedId } from '../../lib/ulid.ts';

/** A ULID of the year 1970: nothing is known of when the conversation began. */
const timeless = '00000000000000000000000000';

/** @param purpose names the source, the topic and the conversation: what makes it a different one */
export function importedConversationId(purpose: string): string {
  return derivedId(timeless, purpose);
}

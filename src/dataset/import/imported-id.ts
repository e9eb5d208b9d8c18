// Ids for conversations that have other ids, or none, in their file: the same input has the same id in every import.
import { derivedId } from '../../lib/ulid.ts';

/** Its time is 1970: the ids that are derived from it don't tell when the conversation started. */
const timeless = '00000000000000000000000000';

/** @param purpose the format, the topic and the conversation: everything that makes it a different one */
export function importedConversationId(purpose: string): string {
  return derivedId(timeless, purpose);
}

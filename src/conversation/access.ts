// What of the conversations a viewer may see, as a condition for queries. What they may not see does not exist.
import { mayReadAll, type Viewer } from '../identity/viewer.ts';

export function visibleConversations(viewer: Viewer): { username?: string } {
  return mayReadAll(viewer) ? {} : { username: viewer.username };
}

export function visibleMessages(viewer: Viewer): { conversation?: { username: string } } {
  return mayReadAll(viewer) ? {} : { conversation: { username: viewer.username } };
}

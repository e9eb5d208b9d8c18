// Which conversations and messages a viewer may see, as conditions for queries. The others do not exist for them.
import { mayReadAll, type Viewer } from '../identity/viewer.ts';

export function visibleConversations(viewer: Viewer): { username?: string } {
  return mayReadAll(viewer) ? {} : { username: viewer.username };
}

export function visibleMessages(viewer: Viewer): { conversation?: { username: string } } {
  return mayReadAll(viewer) ? {} : { conversation: { username: viewer.username } };
}

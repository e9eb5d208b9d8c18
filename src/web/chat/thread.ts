// The branch of a conversation that is shown: a list of items, each a message with its siblings.
import type { MessageSnapshot } from '../../log/fold/fold.ts';

export type ThreadItem = {
  message: MessageSnapshot;
  /** The messages with the same parent, itself included, oldest first. */
  siblings: readonly MessageSnapshot[];
};

/** @param choice the message to show, by parent id (`''` for roots). Defaults to the newest child */
export function readThread(
  messages: readonly MessageSnapshot[],
  choice: ReadonlyMap<string, string>,
): ThreadItem[] {
  const children = Map.groupBy(messages, ({ parentId }) => parentId ?? '');
  const thread: ThreadItem[] = [];
  let parent = '';
  for (;;) {
    const siblings = children.get(parent) ?? [];
    const message = siblings.find(({ id }) => id === choice.get(parent)) ?? siblings.at(-1);
    if (message === undefined) return thread;
    thread.push({ message, siblings });
    parent = message.id;
  }
}

/** The choices that show a message: the message itself and each of its ancestors. */
export function choiceOf(messages: readonly MessageSnapshot[], messageId: string): Map<string, string> {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const choice = new Map<string, string>();
  for (let shown = byId.get(messageId); shown !== undefined; shown = byId.get(shown.parentId ?? '')) {
    choice.set(shown.parentId ?? '', shown.id);
  }
  return choice;
}

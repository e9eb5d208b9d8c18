// The branch of a conversation that is shown, as turns: each message with those that it was chosen from.
import type { MessageSnapshot } from '../../log/fold/fold.ts';

export type Turn = {
  message: MessageSnapshot;
  /** The messages with the same parent, itself included, oldest first. */
  siblings: readonly MessageSnapshot[];
};

/** @param choice by parent (`''` above the roots); the newest where there is none */
export function readThread(
  messages: readonly MessageSnapshot[],
  choice: ReadonlyMap<string, string>,
): Turn[] {
  const children = Map.groupBy(messages, ({ parentId }) => parentId ?? '');
  const thread: Turn[] = [];
  let parent = '';
  for (;;) {
    const siblings = children.get(parent) ?? [];
    const message = siblings.find(({ id }) => id === choice.get(parent)) ?? siblings.at(-1);
    if (message === undefined) return thread;
    thread.push({ message, siblings });
    parent = message.id;
  }
}

/** The choices that show a message: itself, and each that it follows. */
export function choiceOf(messages: readonly MessageSnapshot[], messageId: string): Map<string, string> {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const choice = new Map<string, string>();
  for (let at = byId.get(messageId); at !== undefined; at = byId.get(at.parentId ?? '')) {
    choice.set(at.parentId ?? '', at.id);
  }
  return choice;
}

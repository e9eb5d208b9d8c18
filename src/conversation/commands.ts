// Commands that start and end conversations and add messages. Each builds events and appends them; rules about the
// state of a conversation are checked by the log.
import { authorOf, mayWriteForOthers, type Viewer } from '../identity/viewer.ts';
import type { Optional } from '../lib/optional.ts';
import { chosenId, derivedId, referencedId } from '../lib/ulid.ts';
import type { NewEvent, Role } from '../log/event.ts';
import { endEvent, messageEvent, startEvent } from '../log/new-event.ts';
import { checkTopic, defaultTopic } from '../log/topic-name.ts';
import type { LogWriter } from '../log/writer.ts';
import { checkModelOnOffer } from './offered-models.ts';
import { checkFilled, checkMetadata, checkText, checkUsername } from './validate-text.ts';

export type ConversationServices = {
  writer: LogWriter;
  /** Ids of the models that the server offers; the first is the default. */
  models: readonly string[];
  maxMessageBytes: number;
};

export type StartConversationInput = {
  id?: Optional<string>;
  topic?: Optional<string>;
  model: string;
  systemPrompt?: Optional<string>;
  title?: Optional<string>;
  metadata?: Optional<unknown>;
  username?: Optional<string>;
};

export type AddMessageInput = {
  conversationId: string;
  role: Role;
  content: string;
  id?: Optional<string>;
  parentId?: Optional<string>;
  model?: Optional<string>;
  metadata?: Optional<unknown>;
  createdAt?: Optional<Date>;
};

/** @returns the conversation's id */
export async function startConversation(
  services: ConversationServices,
  viewer: Viewer,
  input: StartConversationInput,
): Promise<string> {
  const id = chosenId('id', input.id);
  const topic = checkTopic(input.topic ?? defaultTopic);
  const username = checkUsername(authorOf(viewer, input.username));
  const fields = {
    model: { id: checkModelOnOffer(services.models, input.model), metadata: {} },
    username,
    ...(input.title == null ? {} : { title: checkText('title', input.title, { bytes: 1_000 }) }),
    ...(input.metadata == null ? {} : { metadata: checkMetadata('metadata', input.metadata) }),
  };
  const events: NewEvent[] = [startEvent({ conversationId: id, topic }, fields)];
  if (input.systemPrompt != null) {
    const content = checkFilled('systemPrompt', input.systemPrompt, { bytes: services.maxMessageBytes });
    const ids = { messageId: derivedId(id, 'system prompt'), conversationId: id };
    const timestamp = new Date().toISOString();
    events.push(messageEvent(ids, { role: 'system', content, timestamp, parent_id: null }));
  }
  await services.writer.append({ actor: viewer.username, isPrivileged: mayWriteForOthers(viewer), events });
  return id;
}

/** @returns the message's id */
export async function addMessage(
  services: ConversationServices,
  viewer: Viewer,
  input: AddMessageInput,
): Promise<string> {
  const id = chosenId('id', input.id);
  const content = checkFilled('content', input.content, { bytes: services.maxMessageBytes });
  const event = messageEvent(
    { messageId: id, conversationId: referencedId('conversation', input.conversationId) },
    {
      role: input.role,
      content,
      timestamp: (input.createdAt ?? new Date()).toISOString(),
      ...(input.parentId === undefined ? {} : { parent_id: input.parentId }),
      ...(input.model == null ? {} : { model: checkFilled('model', input.model, { bytes: 200 }) }),
      ...(input.metadata == null ? {} : { metadata: checkMetadata('metadata', input.metadata) }),
    },
  );
  await services.writer.append({
    actor: viewer.username,
    isPrivileged: mayWriteForOthers(viewer),
    events: [event],
  });
  return id;
}

/** Ends the conversation. Ending it again changes nothing. */
export async function endConversation(
  services: ConversationServices,
  viewer: Viewer,
  conversationId: string,
): Promise<void> {
  await services.writer.append({
    actor: viewer.username,
    isPrivileged: mayWriteForOthers(viewer),
    events: [endEvent(referencedId('conversation', conversationId))],
  });
}

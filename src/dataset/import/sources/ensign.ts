// Makes events of the records of the Python reference: pure functions, with the same result each time.
//
// An id that is a ULID stays. For any other id, a ULID is derived (for a conversation from the topic and the id, for a
// message from the conversation and the id), and the id is kept as metadata.ensign_id. Fields that have no meaning here
// become metadata too. A conversation that started before the file has metadata.ensign_start: "implicit".
import { decodeTime } from 'ulid';
import { checkText } from '../../../conversation/validate-text.ts';
import { AppError } from '../../../errors.ts';
import { derivedId, isUlid } from '../../../lib/ulid.ts';
import {
  endEvent,
  type FeedbackChange,
  feedbackEvent,
  messageEvent,
  type StartEvent,
  startEvent,
} from '../../../log/new-event.ts';
import { importedConversationId } from '../imported-id.ts';
import { keepAsMetadata } from '../kept-metadata.ts';
import { Occurrences } from '../occurrences.ts';
import { readLines } from '../parse/lines.ts';
import { type Entry, readByLine, type Source, type SourceOptions } from '../source.ts';
import { readComment, readModel, readRating, readUsername } from './ensign-fields.ts';
import {
  type EnsignRecord,
  type MessageRecord,
  parseEnsignLine,
  type StartRecord,
  type UpdateRecord,
} from './ensign-record.ts';

type Context = SourceOptions & { updates: Occurrences };
/** A conversation, by its id in the log and its name in the file. */
type ConversationRef = Pick<Entry, 'conversationId' | 'conversationName'>;

const endOfTime = Date.UTC(10_000, 0);

function conversationRefOf(original: string, topic: string): ConversationRef {
  const conversationId = isUlid(original)
    ? original
    : importedConversationId(`ensign conversation ${topic} ${original}`);
  return { conversationId, conversationName: original };
}

function messageIdOf(original: string, { conversationId }: ConversationRef): string {
  return isUlid(original) ? original : derivedId(conversationId, `ensign message ${original}`);
}

function originalId(original: string): Record<string, string> {
  return isUlid(original) ? {} : { ensign_id: original };
}

/** When the conversation started, if its id contains a time. RFC 3339 ends with the year 9999, ULIDs don't. */
function timeOf({ conversationName }: ConversationRef): string | undefined {
  const time = isUlid(conversationName) ? decodeTime(conversationName) : endOfTime;
  return time < endOfTime ? new Date(time).toISOString() : undefined;
}

/** The timestamp of a record; one without a zone gets the offset of the options. */
function zoned({ utcOffset }: Context, timestamp: string | undefined): string | undefined {
  const isLocal = timestamp !== undefined && !/(Z|[+-]\d\d:\d\d)$/.test(timestamp);
  return isLocal ? timestamp + utcOffset : timestamp;
}

type StartFields = Omit<StartRecord, 'id' | 'messages'>;

function startOf(context: Context, ref: ConversationRef, record: StartFields): StartEvent {
  const { conversationId, conversationName } = ref;
  const timestamp = zoned(context, record.timestamp) ?? timeOf(ref);
  return startEvent(
    { conversationId, topic: context.topic },
    {
      model: readModel(record.model),
      username: readUsername(record.username ?? context.username),
      ...(timestamp !== undefined && { timestamp }),
      ...keepAsMetadata(record.others, originalId(conversationName)),
    },
  );
}

/** The start of a conversation whose start is not in the file. */
function implicitStartOf(
  context: Context,
  ref: ConversationRef,
  firstTimestamp: string | undefined,
): StartEvent {
  return startOf(context, ref, {
    model: undefined,
    username: undefined,
    timestamp: timeOf(ref) ?? firstTimestamp,
    others: { ensign_start: 'implicit' },
  });
}

/** The event that changes feedback on a message; none if nothing changes. */
function updateEvents(
  { updates }: Context,
  ids: { messageId: string; conversationId: string },
  change: FeedbackChange,
): Entry['events'] {
  if (Object.keys(change).length === 0) return [];
  const idOf = (payload: object) => {
    const content = JSON.stringify(payload);
    // Counted, so that a second like after a dislike is another event, while a file that is read again repeats its events.
    return derivedId(ids.messageId, `ensign update ${updates.count(content)} ${content}`);
  };
  return [feedbackEvent(ids, change, idOf)];
}

function addEvents(context: Context, ref: ConversationRef, record: MessageRecord): Entry['events'] {
  const { conversationId, conversationName } = ref;
  if ((record.conversation_id ?? conversationName) !== conversationName) {
    throw new AppError('INVALID_INPUT', `Message ${record.id.slice(0, 60)} belongs to another conversation.`);
  }
  const ids = { messageId: messageIdOf(record.id, ref), conversationId };
  const added = messageEvent(ids, {
    role: record.role,
    content: checkText('content', record.content, { bytes: context.maxMessageBytes }),
    timestamp: zoned(context, record.timestamp) ?? timeOf(ref) ?? context.now().toISOString(),
    ...keepAsMetadata(record.others, originalId(record.id)),
  });
  const feedback = {
    // There is nothing to withdraw yet.
    ...readRating(record.rating ?? ''),
    ...readComment(record.feedback ?? '', context.maxMessageBytes),
  };
  return [added, ...updateEvents(context, ids, feedback)];
}

function updatesOf(context: Context, ref: ConversationRef, record: UpdateRecord): Entry['events'] {
  const change = {
    ...readRating(record.rating),
    ...readComment(record.feedback, context.maxMessageBytes),
    ...keepAsMetadata(record.others),
  };
  if (Object.keys(change).length === 0) return [];
  const author = record.username === undefined ? {} : { username: readUsername(record.username) };
  const ids = { messageId: messageIdOf(record.id, ref), conversationId: ref.conversationId };
  return updateEvents(context, ids, { ...author, ...change });
}

function eventsOf(context: Context, ref: ConversationRef, record: EnsignRecord): Entry['events'] {
  switch (record.type) {
    case 'start_conversation': {
      const messages = record.messages.flatMap((message) => addEvents(context, ref, message));
      return [startOf(context, ref, record), ...messages];
    }
    case 'add_message':
      return addEvents(context, ref, record);
    case 'update_message':
      return updatesOf(context, ref, record);
    case 'end_conversation': {
      const timestamp = zoned(context, record.timestamp);
      const time = timestamp === undefined ? {} : { timestamp };
      return [endEvent(ref.conversationId, { ...time, ...keepAsMetadata(record.others) })];
    }
    default:
      return record satisfies never;
  }
}

/** Ids of the messages of a record, as the file has them. */
function messageNames(record: EnsignRecord): string[] {
  if (record.type === 'start_conversation') return record.messages.map(({ id }) => id);
  return record.type === 'end_conversation' ? [] : [record.id];
}

/** @returns a function that reads the lines of one file in order: it counts how often each update occurred before */
export function createEnsignReader(options: SourceOptions): (line: string) => Entry {
  const context = { ...options, updates: new Occurrences() };
  return (line) => {
    const record = parseEnsignLine(line);
    const name = 'conversation_id' in record ? record.conversation_id : record.id;
    const ref = conversationRefOf(name, context.topic);
    const names = messageNames(record).filter((id) => !isUlid(id));
    const originals = new Map(names.map((id) => [messageIdOf(id, ref), id]));
    const entry = { ...ref, originals, events: eventsOf(context, ref, record) };
    if (record.type !== 'add_message') return entry;
    return { ...entry, implicitStart: () => implicitStartOf(context, ref, record.timestamp) };
  };
}

/** The format `ensign`: as the reference's consumer prints events, as JSON lines, or mixed. */
export function readEnsign(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readLines(chunks), createEnsignReader(options));
}

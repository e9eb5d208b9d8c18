// What the events of the Python reference come to in the log: pure, and the same each time.
//
// An id that is a ULID stays; any other is mapped to one that follows from it (a conversation's from the topic and it,
// a message's from the conversation and it), and is kept as metadata.ensign_id. Fields that have no meaning here are
// kept in metadata too. A conversation that began before the file has metadata.ensign_start: "implicit".
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
/** A conversation, by its id in the log and by that in the file. */
type Place = Pick<Entry, 'conversationId' | 'conversationName'>;

const endOfTime = Date.UTC(10_000, 0);

function placeOf(original: string, topic: string): Place {
  const mapped = () => importedConversationId(`ensign conversation ${topic} ${original}`);
  return { conversationId: isUlid(original) ? original : mapped(), conversationName: original };
}

function messageIdOf(original: string, { conversationId }: Place): string {
  return isUlid(original) ? original : derivedId(conversationId, `ensign message ${original}`);
}

function originalId(original: string): Record<string, string> {
  return isUlid(original) ? {} : { ensign_id: original };
}

/** When the conversation began, where its id tells. RFC 3339 ends with the year 9999, ULIDs don't. */
function timeOf({ conversationName }: Place): string | undefined {
  const time = isUlid(conversationName) ? decodeTime(conversationName) : endOfTime;
  return time < endOfTime ? new Date(time).toISOString() : undefined;
}

/** The time of a record as it stands; one without a zone is local to the given offset. */
function zoned({ utcOffset }: Context, timestamp: string | undefined): string | undefined {
  const isLocal = timestamp !== undefined && !/(Z|[+-]\d\d:\d\d)$/.test(timestamp);
  return isLocal ? timestamp + utcOffset : timestamp;
}

type StartFields = Omit<StartRecord, 'id' | 'messages'>;

function startOf(context: Context, place: Place, record: StartFields): StartEvent {
  const { conversationId, conversationName } = place;
  const timestamp = zoned(context, record.timestamp) ?? timeOf(place);
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

/** The start of a conversation of which the file has only what came later. */
function implicitStartOf(context: Context, place: Place, firstKnown: string | undefined): StartEvent {
  return startOf(context, place, {
    model: undefined,
    username: undefined,
    timestamp: timeOf(place) ?? firstKnown,
    others: { ensign_start: 'implicit' },
  });
}

/** The change of a message's feedback; none if nothing is changed. */
function updateEvents(
  { updates }: Context,
  ids: { messageId: string; conversationId: string },
  change: FeedbackChange,
): Entry['events'] {
  if (Object.keys(change).length === 0) return [];
  const idOf = (payload: object) => {
    const content = JSON.stringify(payload);
    // A like after a dislike after a like is another event, while the same line of a file read again is the same.
    return derivedId(ids.messageId, `ensign update ${updates.count(content)} ${content}`);
  };
  return [feedbackEvent(ids, change, idOf)];
}

function addEvents(context: Context, place: Place, record: MessageRecord): Entry['events'] {
  const { conversationId, conversationName } = place;
  if ((record.conversation_id ?? conversationName) !== conversationName) {
    throw new AppError('INVALID_INPUT', `Message ${record.id.slice(0, 60)} is of another conversation.`);
  }
  const ids = { messageId: messageIdOf(record.id, place), conversationId };
  const added = messageEvent(ids, {
    role: record.role,
    content: checkText('content', record.content, { bytes: context.maxMessageBytes }),
    timestamp: zoned(context, record.timestamp) ?? timeOf(place) ?? context.now().toISOString(),
    ...keepAsMetadata(record.others, originalId(record.id)),
  });
  const feedback = {
    // There is nothing to withdraw yet.
    ...readRating(record.rating ?? ''),
    ...readComment(record.feedback ?? '', context.maxMessageBytes),
  };
  return [added, ...updateEvents(context, ids, feedback)];
}

function updatesOf(context: Context, place: Place, record: UpdateRecord): Entry['events'] {
  const change = {
    ...readRating(record.rating),
    ...readComment(record.feedback, context.maxMessageBytes),
    ...keepAsMetadata(record.others),
  };
  if (Object.keys(change).length === 0) return [];
  const author = record.username === undefined ? {} : { username: readUsername(record.username) };
  const ids = { messageId: messageIdOf(record.id, place), conversationId: place.conversationId };
  return updateEvents(context, ids, { ...author, ...change });
}

function eventsOf(context: Context, place: Place, record: EnsignRecord): Entry['events'] {
  switch (record.type) {
    case 'start_conversation': {
      const messages = record.messages.flatMap((message) => addEvents(context, place, message));
      return [startOf(context, place, record), ...messages];
    }
    case 'add_message':
      return addEvents(context, place, record);
    case 'update_message':
      return updatesOf(context, place, record);
    case 'end_conversation': {
      const timestamp = zoned(context, record.timestamp);
      const time = timestamp === undefined ? {} : { timestamp };
      return [endEvent(place.conversationId, { ...time, ...keepAsMetadata(record.others) })];
    }
    default:
      return record satisfies never;
  }
}

/** The messages of a record, as the file names them. */
function messageNames(record: EnsignRecord): string[] {
  if (record.type === 'start_conversation') return record.messages.map(({ id }) => id);
  return record.type === 'end_conversation' ? [] : [record.id];
}

/** Reads line after line; how often an update was said before is counted from the first. */
export function createEnsignReader(options: SourceOptions): (line: string) => Entry {
  const context = { ...options, updates: new Occurrences() };
  return (line) => {
    const record = parseEnsignLine(line);
    const name = 'conversation_id' in record ? record.conversation_id : record.id;
    const place = placeOf(name, context.topic);
    const names = messageNames(record).filter((id) => !isUlid(id));
    const originals = new Map(names.map((id) => [messageIdOf(id, place), id]));
    const entry = { ...place, originals, events: eventsOf(context, place, record) };
    if (record.type !== 'add_message') return entry;
    return { ...entry, implicitStart: () => implicitStartOf(context, place, record.timestamp) };
  };
}

/** The format `ensign`: as the reference's consumer prints events, as JSON lines, or mixed. */
export function readEnsign(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readLines(chunks), createEnsignReader(options));
}

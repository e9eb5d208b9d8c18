// What the events of the Python reference come to in the log: pure, and the same each time.
//
// An id that is a ULID stays; any other is mapped to one that follows from it (a conversation's from the topic and it,
// a message's from the conversation and it), and is kept as metadata.ensign_id. Fields that have no meaning here are
// kept in metadata too. A conversation that began before the file has metadata.ensign_start: "implicit".
import { decodeTime } from 'ulid';
import { checkText } from '../../../conversation/validate-text.ts';
import { AppError } from '../../../errors.ts';
import { derivedId, isUlid } from '../../../lib/ulid.ts';
import type { NewEvent } from '../../../log/event.ts';
import { Occurrences } from '../occurrences.ts';
import { readLines } from '../parse/lines.ts';
import { type Entry, readByLine, type Source, type SourceOptions, type StartEvent } from '../source.ts';
import { keep, readComment, readModel, readRating, readUsername } from './ensign-fields.ts';
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

/** A ULID whose time says nothing: the ids that follow from it are of 1970. */
const timeless = '00000000000000000000000000';
const endOfTime = Date.UTC(10_000, 0);

function placeOf(original: string, topic: string): Place {
  const mapped = () => derivedId(timeless, `ensign conversation ${topic} ${original}`);
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

function startEvent(context: Context, place: Place, record: StartFields): StartEvent {
  const { conversationId, conversationName } = place;
  const timestamp = zoned(context, record.timestamp) ?? timeOf(place);
  return {
    id: derivedId(conversationId, 'START_CONVERSATION'),
    type: 'START_CONVERSATION',
    topic: context.topic,
    conversationId,
    payload: {
      id: conversationId,
      model: readModel(record.model),
      username: readUsername(record.username ?? context.username),
      messages: [],
      ...(timestamp !== undefined && { timestamp }),
      ...keep(record.others, originalId(conversationName)),
    },
  };
}

/** The start of a conversation of which the file has only what came later. */
function openingEvent(context: Context, place: Place, firstKnown: string | undefined): StartEvent {
  return startEvent(context, place, {
    model: undefined,
    username: undefined,
    timestamp: timeOf(place) ?? firstKnown,
    others: { ensign_start: 'implicit' },
  });
}

/** What was said of a message; nothing where nothing was. */
function updateEvents(
  { updates }: Context,
  { conversationId }: Place,
  { id, ...said }: Extract<NewEvent, { type: 'UPDATE_MESSAGE' }>['payload'],
): Entry['events'] {
  if (Object.keys(said).length === 0) return [];
  const payload = { id, conversation_id: conversationId, ...said };
  const content = JSON.stringify(payload);
  // A like after a dislike after a like is another event, while the same line of a file read again is the same.
  const purpose = `ensign update ${updates.count(content)} ${content}`;
  return [{ id: derivedId(id, purpose), type: 'UPDATE_MESSAGE', conversationId, payload }];
}

function addEvents(context: Context, place: Place, record: MessageRecord): Entry['events'] {
  const { conversationId, conversationName } = place;
  if ((record.conversation_id ?? conversationName) !== conversationName) {
    throw new AppError('INVALID_INPUT', `Message ${record.id.slice(0, 60)} is of another conversation.`);
  }
  const id = messageIdOf(record.id, place);
  const added: Entry['events'][number] = {
    id: derivedId(id, 'ADD_MESSAGE'),
    type: 'ADD_MESSAGE',
    conversationId,
    payload: {
      id,
      conversation_id: conversationId,
      role: record.role,
      content: checkText('content', record.content, { bytes: context.maxMessageBytes }),
      rating: '',
      feedback: '',
      timestamp: zoned(context, record.timestamp) ?? timeOf(place) ?? context.now().toISOString(),
      ...keep(record.others, originalId(record.id)),
    },
  };
  const said = {
    // There is nothing yet to withdraw.
    ...readRating(record.rating ?? ''),
    ...readComment(record.feedback ?? '', context.maxMessageBytes),
  };
  return [added, ...updateEvents(context, place, { id, ...said })];
}

function updatesOf(context: Context, place: Place, record: UpdateRecord): Entry['events'] {
  const said = {
    ...readRating(record.rating),
    ...readComment(record.feedback, context.maxMessageBytes),
    ...keep(record.others),
  };
  if (Object.keys(said).length === 0) return [];
  const author = record.username === undefined ? {} : { username: readUsername(record.username) };
  return updateEvents(context, place, { id: messageIdOf(record.id, place), ...author, ...said });
}

function eventsOf(context: Context, place: Place, record: EnsignRecord): Entry['events'] {
  const { conversationId } = place;
  switch (record.type) {
    case 'start_conversation': {
      const messages = record.messages.flatMap((message) => addEvents(context, place, message));
      return [startEvent(context, place, record), ...messages];
    }
    case 'add_message':
      return addEvents(context, place, record);
    case 'update_message':
      return updatesOf(context, place, record);
    case 'end_conversation': {
      const timestamp = zoned(context, record.timestamp);
      const time = timestamp === undefined ? {} : { timestamp };
      const id = derivedId(conversationId, 'END_CONVERSATION');
      const payload = { id: conversationId, ...time, ...keep(record.others) };
      return [{ id, type: 'END_CONVERSATION', conversationId, payload }];
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
    return { ...entry, implicitStart: () => openingEvent(context, place, record.timestamp) };
  };
}

/** The format `ensign`: as the reference's consumer prints events, as JSON lines, or mixed. */
export function readEnsign(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readLines(chunks), createEnsignReader(options));
}

// Reads pages of the log by offset.
import { AppError } from '../errors.ts';
import type { Event, EventType, PrismaClient } from '../generated/prisma/client.ts';
import { referencedId } from './identifier.ts';

export type EventPage = {
  edges: { cursor: string; node: Event }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
};

/** A cursor is opaque to clients: the topic and the offset, in base64url. */
export function formatCursor(event: { topic: string; offset: bigint }): string {
  return Buffer.from(`${event.topic}@${event.offset}`).toString('base64url');
}

/**
 * The offset that a cursor stands for.
 * @throws AppError INVALID_INPUT where it is no cursor, or one of another topic
 */
export function parseCursor(cursor: string, topic: string): number {
  const match = /^(.+)@(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const offset = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(offset)) {
    throw new AppError(
      'INVALID_INPUT',
      `after ${JSON.stringify(cursor.slice(0, 100))} is no cursor: pass the cursor of an event.`,
    );
  }
  if (match[1] !== topic) {
    throw new AppError(
      'INVALID_INPUT',
      `after is a cursor of topic ${JSON.stringify(match[1])}, not of ${JSON.stringify(topic)}.`,
    );
  }
  return offset;
}

/**
 * A conversation is in one topic, whichever was asked for.
 * @throws AppError NOT_FOUND where there is no such conversation, or it is not the user's
 */
async function topicOf(
  prisma: PrismaClient,
  page: { topic: string; conversationId: string | undefined; username: string | undefined },
): Promise<string> {
  if (page.conversationId === undefined) return page.topic;
  const conversation = await prisma.conversation.findUnique({
    where: {
      id: referencedId('conversation', page.conversationId),
      ...(page.username !== undefined && { username: page.username }),
    },
    select: { topic: true },
  });
  if (conversation !== null) return conversation.topic;
  throw new AppError('NOT_FOUND', `There is no conversation ${page.conversationId}.`);
}

/**
 * @param page.username the conversation must be this user's; undefined: anyone's
 * @returns the events from an offset on, in their order; an empty page beyond the end or in an unknown topic
 */
export async function readEvents(
  prisma: PrismaClient,
  page: {
    topic: string;
    offset: number | undefined;
    after: string | undefined;
    first: number;
    types: readonly EventType[] | undefined;
    conversationId: string | undefined;
    username: string | undefined;
  },
): Promise<EventPage> {
  if (page.offset !== undefined && page.after !== undefined) {
    throw new AppError('INVALID_INPUT', 'Give offset or after, not both.');
  }
  const topic = await topicOf(prisma, page);
  const start = page.after === undefined ? (page.offset ?? 0) : parseCursor(page.after, topic) + 1;
  const events = await prisma.event.findMany({
    where: {
      topic,
      offset: { gte: start },
      ...(page.types && { type: { in: [...page.types] } }),
      ...(page.conversationId !== undefined && { conversationId: page.conversationId }),
    },
    orderBy: page.conversationId === undefined ? { offset: 'asc' } : { version: 'asc' },
    take: page.first + 1,
  });
  const edges = events.slice(0, page.first).map((node) => ({ cursor: formatCursor(node), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: events.length > page.first,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

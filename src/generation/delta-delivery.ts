// How the subscription `generation` delivers the pieces of a reply, which are a hundred thousand times as many as all
// other values: without executing GraphQL for each.

import type { PlainType } from '../delivery/compiled-selection.ts';
import { AppError } from '../errors.ts';
import type { GenerationUpdate, TextOffsets } from './follow/reply-cursor.ts';

type Delta = Extract<GenerationUpdate, { kind: 'delta' }>;

/** The id of an event in an event stream: the text offsets up to which the reader has the reply, `<text>[.<reasoning>]`. */
function resumeIdOf({ text, reasoning }: TextOffsets): string {
  return reasoning === 0 ? String(text) : `${text}.${reasoning}`;
}

/** The text offsets in the id of an event. @throws AppError INVALID_INPUT if it is not such an id */
export function textOffsetsOf(resumeId: string): TextOffsets {
  const [, text, reasoning] = /^(\d{1,10})(?:\.(\d{1,10}))?$/.exec(resumeId) ?? [];
  if (text !== undefined) return { text: Number(text), reasoning: Number(reasoning ?? 0) };
  throw new AppError(
    'INVALID_INPUT',
    `Last-Event-ID ${JSON.stringify(resumeId.slice(0, 100))} is not an event id of this subscription: send the id of the last event.`,
  );
}

const channelNames = { text: 'TEXT', reasoning: 'REASONING' } as const;

export const deltaDelivery: PlainType<Delta> = {
  field: 'generation',
  typeName: 'GenerationDelta',
  alsoNamed: ['GenerationEvent'],
  is: (value): value is Delta =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'delta',
  reads: {
    messageId: (delta) => delta.messageId,
    channel: (delta) => channelNames[delta.channel],
    offset: (delta) => delta.offset,
    end: (delta) => delta.end,
    text: (delta) => delta.text,
  },
  resumeId: (delta) => resumeIdOf(delta.position),
  // The text as well: after a rewind there may be another text at the same offset.
  isSame: (one, other) =>
    one.messageId === other.messageId &&
    one.channel === other.channel &&
    one.offset === other.offset &&
    one.end === other.end &&
    one.position.text === other.position.text &&
    one.position.reasoning === other.position.reasoning &&
    one.text === other.text,
};

// The pieces of a reply, as the subscription `generation` answers them: a hundred thousand for each other event.

import type { PlainType } from '../delivery/compiled-selection.ts';
import { AppError } from '../errors.ts';
import type { GenerationUpdate, TextOffsets } from './follow/reply-cursor.ts';

type Delta = Extract<GenerationUpdate, { kind: 'delta' }>;

/** What an event stream gives as id: what the reader has, as `<text>`, or `<text>.<reasoning>` where there was some. */
function resumeIdOf({ text, reasoning }: TextOffsets): string {
  return reasoning === 0 ? String(text) : `${text}.${reasoning}`;
}

/** The place that an event stream gave as id. @throws AppError INVALID_INPUT where it gave no such thing */
export function textOffsetsOf(resumeId: string): TextOffsets {
  const [, text, reasoning] = /^(\d{1,10})(?:\.(\d{1,10}))?$/.exec(resumeId) ?? [];
  if (text !== undefined) return { text: Number(text), reasoning: Number(reasoning ?? 0) };
  throw new AppError(
    'INVALID_INPUT',
    `Last-Event-ID ${JSON.stringify(resumeId.slice(0, 100))} is no place in a reply: send the id of the last event.`,
  );
}

const shownChannel = { text: 'TEXT', reasoning: 'REASONING' } as const;

export const deltaDelivery: PlainType<Delta> = {
  field: 'generation',
  typeName: 'GenerationDelta',
  alsoNamed: ['GenerationEvent'],
  is: (value): value is Delta =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'delta',
  reads: {
    messageId: (delta) => delta.messageId,
    channel: (delta) => shownChannel[delta.channel],
    offset: (delta) => delta.offset,
    end: (delta) => delta.end,
    text: (delta) => delta.text,
  },
  resumeId: (delta) => resumeIdOf(delta.position),
  // The text as well: after a rewind another may stand in the same place.
  isSame: (one, other) =>
    one.messageId === other.messageId &&
    one.channel === other.channel &&
    one.offset === other.offset &&
    one.end === other.end &&
    one.position.text === other.position.text &&
    one.position.reasoning === other.position.reasoning &&
    one.text === other.text,
};

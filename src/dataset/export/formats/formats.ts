// All formats that can be exported, by their names.
import { AppError } from '../../../errors.ts';
import { conversations } from './conversations.ts';
import { dpo } from './dpo.ts';
import { events } from './events.ts';
import type { Format } from './format.ts';
import { kto } from './kto.ts';
import { openaiDpo } from './openai-dpo.ts';
import { openaiSft } from './openai-sft.ts';
import { reward } from './reward.ts';
import { sft } from './sft.ts';

export const formats = {
  kto,
  dpo,
  sft,
  'openai-sft': openaiSft,
  'openai-dpo': openaiDpo,
  reward,
  events,
  conversations,
} satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

const isFormatName = (name: string): name is FormatName => Object.hasOwn(formats, name);

export const formatNames: readonly FormatName[] = Object.keys(formats).filter(isFormatName);

/** @throws AppError INVALID_INPUT if there is no such format */
export function readFormatName(name: string): FormatName {
  if (isFormatName(name)) return name;
  throw new AppError(
    'INVALID_INPUT',
    `There is no format ${JSON.stringify(name.slice(0, 100))}: choose from ${formatNames.join(', ')}.`,
  );
}

// All formats that can be imported, by their names.

import type { Source, SourceOptions } from '../source.ts';
import { createChatSource } from './chat.ts';
import { readConversationLines } from './conversation-lines.ts';
import { readEnsign } from './ensign.ts';
import { readOpenWebui } from './open-webui.ts';

export type ImportFormat = {
  /** One line, for the list of all formats. */
  summary: string;
  read(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source;
  /** What is counted where a bad one is named; lines where it is not given. */
  unit?: string;
};

export const importFormats = {
  ensign: {
    summary: 'events of the Python reference, as its consumer prints them, or as JSON lines',
    read: readEnsign,
  },
  sft: {
    summary: 'conversations as TRL’s SFTTrainer takes them: messages, or prompt and completion',
    read: createChatSource('sft'),
  },
  kto: {
    summary: 'replies as TRL’s KTOTrainer takes them; the label becomes a rating',
    read: createChatSource('kto'),
  },
  dpo: {
    summary: 'pairs as TRL’s DPOTrainer takes them: sibling replies, of which one is preferred',
    read: createChatSource('dpo'),
  },
  reward: {
    summary: 'pairs as TRL’s RewardTrainer takes them, with the prompt within both',
    read: createChatSource('reward'),
  },
  'openai-sft': {
    summary: 'conversations as OpenAI’s fine-tuning takes them; weight 0 becomes a dislike',
    read: createChatSource('openai-sft'),
  },
  'openai-dpo': {
    summary: 'pairs as OpenAI’s preference tuning takes them',
    read: createChatSource('openai-dpo'),
  },
  conversations: {
    summary: 'whole conversations with all feedback, as they are exported, with their ids',
    read: readConversationLines,
  },
  'open-webui': {
    summary: 'feedback as Open WebUI exports it: one JSON array; its chats become conversations',
    read: readOpenWebui,
    unit: 'Entry',
  },
} satisfies Record<string, ImportFormat>;

/** The format of the name; undefined where there is none. */
export function findImportFormat(name: string): ImportFormat | undefined {
  return new Map<string, ImportFormat>(Object.entries(importFormats)).get(name);
}

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
  /** What the number of a bad line counts. Defaults to 'Line'. */
  unit?: string;
};

export const importFormats = {
  ensign: {
    summary: 'events of the Python reference, as its consumer prints them, or as JSON lines',
    read: readEnsign,
  },
  sft: {
    summary: 'conversations for TRL’s SFTTrainer: messages, or prompt and completion',
    read: createChatSource('sft'),
  },
  kto: {
    summary: 'replies for TRL’s KTOTrainer; the label becomes a rating',
    read: createChatSource('kto'),
  },
  dpo: {
    summary: 'pairs for TRL’s DPOTrainer; the replies become siblings, of which one is preferred',
    read: createChatSource('dpo'),
  },
  reward: {
    summary: 'pairs for TRL’s RewardTrainer, with the prompt in both',
    read: createChatSource('reward'),
  },
  'openai-sft': {
    summary: 'conversations for OpenAI’s fine-tuning; weight 0 becomes a dislike',
    read: createChatSource('openai-sft'),
  },
  'openai-dpo': {
    summary: 'pairs for OpenAI’s preference fine-tuning',
    read: createChatSource('openai-dpo'),
  },
  conversations: {
    summary: 'whole conversations with all feedback and their ids, as export writes them',
    read: readConversationLines,
  },
  'open-webui': {
    summary: 'feedback as Open WebUI exports it, one JSON array; chats become conversations',
    read: readOpenWebui,
    unit: 'Entry',
  },
} satisfies Record<string, ImportFormat>;

/** The format with this name; undefined if there is none. */
export function findImportFormat(name: string): ImportFormat | undefined {
  return new Map<string, ImportFormat>(Object.entries(importFormats)).get(name);
}

// What a dataset contains, as the API takes it and as the address of its download states it.
import type { DatasetFilter, DatasetFormat, FeedbackSource } from '../api/operations.ts';
import { optionsOf } from '../ui/options.ts';

export type DatasetChoice = {
  topic: string;
  format: DatasetFormat;
  source: FeedbackSource;
  redact: boolean;
  deduplicate: boolean;
};

/** A format that is missing here fails the type check: it would not be offered. */
export const formatOptions = optionsOf<DatasetFormat>({
  KTO: 'KTO: likes and dislikes, for TRL',
  DPO: 'DPO: chosen and rejected replies, for TRL',
  REWARD: 'Reward model: entire conversations, for TRL',
  SFT: 'SFT: good conversations, for TRL',
  OPENAI_SFT: 'Fine-tuning, for OpenAI',
  OPENAI_DPO: 'Preferences, for OpenAI',
  CONVERSATIONS: 'Conversations with all their feedback',
  EVENTS: 'Events, as they are in the log',
});

export const sourceOptions = optionsOf<FeedbackSource>({
  END_USER: 'Feedback of end users',
  REVIEWER: 'Feedback of reviewers',
  JUDGE: 'Feedback of judges',
});

/** Whether a format is made from the feedback of one source; the others contain all feedback. */
const isOfOneSource: Readonly<Record<DatasetFormat, boolean>> = {
  KTO: true,
  DPO: true,
  REWARD: true,
  SFT: true,
  OPENAI_SFT: true,
  OPENAI_DPO: true,
  CONVERSATIONS: false,
  EVENTS: false,
};

export const takesSource = (format: DatasetFormat): boolean => isOfOneSource[format];

export function filterOf({ topic, format, source, redact, deduplicate }: DatasetChoice): DatasetFilter {
  return { topic, redact, deduplicate, ...(takesSource(format) ? { source: [source] } : {}) };
}

export const fileOf = ({ format }: DatasetChoice): string =>
  `${format.toLowerCase().replaceAll('_', '-')}.jsonl`;

export function addressOf(choice: DatasetChoice): string {
  const search = new URLSearchParams({ topic: choice.topic });
  if (takesSource(choice.format)) search.set('source', choice.source.toLowerCase());
  if (choice.redact) search.set('redact', 'true');
  if (choice.deduplicate) search.set('deduplicate', 'true');
  return `/exports/${fileOf(choice)}?${search}`;
}

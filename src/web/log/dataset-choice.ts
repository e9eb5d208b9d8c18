// What a dataset is made of, as the page asks for it, and as the address of its download says it.
import type { DatasetFilter, DatasetFormat, FeedbackSource } from '../api/operations.ts';

export type DatasetChoice = {
  topic: string;
  format: DatasetFormat;
  source: FeedbackSource;
  redact: boolean;
  deduplicate: boolean;
};

export const formats: readonly { value: DatasetFormat; label: string }[] = [
  { value: 'KTO', label: 'KTO: likes and dislikes, for TRL' },
  { value: 'DPO', label: 'DPO: chosen and rejected replies, for TRL' },
  { value: 'REWARD', label: 'Reward model: whole conversations, for TRL' },
  { value: 'SFT', label: 'SFT: good conversations, for TRL' },
  { value: 'OPENAI_SFT', label: 'Fine-tuning, for OpenAI' },
  { value: 'OPENAI_DPO', label: 'Preferences, for OpenAI' },
  { value: 'CONVERSATIONS', label: 'Conversations, whole' },
  { value: 'EVENTS', label: 'Events, as they are in the log' },
];

export const sourceOptions: readonly { value: FeedbackSource; label: string }[] = [
  { value: 'END_USER', label: 'Feedback of end users' },
  { value: 'REVIEWER', label: 'Feedback of reviewers' },
  { value: 'JUDGE', label: 'Feedback of judges' },
];

/** Of events and conversations everything is taken, whoever said it. */
export const takesSource = (format: DatasetFormat): boolean =>
  format !== 'EVENTS' && format !== 'CONVERSATIONS';

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

import { expect, it } from 'vitest';
import { formatNames } from '../../../src/dataset/export/formats/formats.ts';
import {
  addressOf,
  type DatasetChoice,
  fileOf,
  filterOf,
  formatOptions,
} from '../../../src/web/log/dataset-choice.ts';

const choices: DatasetChoice[] = formatOptions.map(({ value }) => ({
  topic: 'default',
  format: value,
  source: 'REVIEWER',
  redact: true,
  deduplicate: false,
}));

it('the page offers every format of the server, each under the name of its file', () => {
  expect(choices.map(fileOf).sort()).toEqual(formatNames.map((name) => `${name}.jsonl`).sort());
});

it('the preview and the download of a format ask for the same feedback', () => {
  for (const choice of choices) {
    const [source] = filterOf(choice).source ?? [];
    const { searchParams } = new URL(addressOf(choice), 'http://localhost');
    expect(searchParams.get('source')).toBe(source?.toLowerCase() ?? null);
  }
});

// The dialog for training data: choices, counts, a preview, and the download.
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { Download, X } from 'lucide-react';
import { useState } from 'react';
import { DatasetDocument, type DatasetQuery } from '../api/operations.ts';
import { request } from '../api/request.ts';
import { readToken } from '../api/token.ts';
import { Button, buttonClass, IconButton } from '../ui/button.tsx';
import dialogStyles from '../ui/dialog.module.css';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import { useAction } from '../ui/use-action.ts';
import styles from './dataset.module.css';
import {
  addressOf,
  type DatasetChoice,
  fileOf,
  filterOf,
  formatOptions,
  sourceOptions,
  takesSource,
} from './dataset-choice.ts';
import { download } from './download.ts';

const integer = new Intl.NumberFormat();

/** `tooFewRaters` as people read it: too few raters. */
const separateWords = (key: string): string =>
  key.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

type CheckProps = { label: string; isOn: boolean; onChange: (isOn: boolean) => void };

function Check({ label, isOn, onChange }: CheckProps) {
  return (
    <label className={styles.check}>
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

type ChoicesProps = { choice: DatasetChoice; onChange: (part: Partial<DatasetChoice>) => void };

function Choices({ choice, onChange }: ChoicesProps) {
  return (
    <div className={styles.choices}>
      <Select
        label="Format"
        value={choice.format}
        options={formatOptions}
        onChange={(format) => onChange({ format })}
      />
      {takesSource(choice.format) && (
        <Select
          label="Source"
          value={choice.source}
          options={sourceOptions}
          onChange={(source) => onChange({ source })}
        />
      )}
      <Check
        label="Replace personal data with placeholders"
        isOn={choice.redact}
        onChange={(redact) => onChange({ redact })}
      />
      <Check
        label="Remove duplicate records"
        isOn={choice.deduplicate}
        onChange={(deduplicate) => onChange({ deduplicate })}
      />
    </div>
  );
}

function Counts({ summary }: { summary: DatasetQuery['datasetSummary'] }) {
  const { records, tokenEstimate, conversations, conflicts, models, skipped } = summary;
  const facts: [string, string][] = [
    ['Records', integer.format(records)],
    ['Tokens (estimate)', integer.format(tokenEstimate)],
    ['Conversations read', integer.format(conversations)],
    ['Conflicts', integer.format(conflicts)],
  ];
  const listCounts = (counts: readonly { key: string; count: number }[]) =>
    counts
      .filter(({ count }) => count > 0)
      .toSorted((one, other) => other.count - one.count)
      .map(({ key, count }) => `${separateWords(key)} ${integer.format(count)}`)
      .join(' · ');
  return (
    <>
      <dl className={styles.counts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {listCounts(models) !== '' && <p className={styles.about}>By model: {listCounts(models)}</p>}
      {listCounts(skipped) !== '' && <p className={styles.about}>Skipped: {listCounts(skipped)}</p>}
    </>
  );
}

function Preview({ records }: { records: readonly unknown[] }) {
  if (records.length === 0) {
    return (
      <p className={styles.about}>No records: choose another format or source, or gather more feedback.</p>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
    <pre className={styles.preview} tabIndex={0}>
      {records.map((record) => JSON.stringify(record, null, 2)).join('\n')}
    </pre>
  );
}

function Save({ choice, isEmpty }: { choice: DatasetChoice; isEmpty: boolean }) {
  const saving = useAction(() => download(addressOf(choice), fileOf(choice)));
  const label = (
    <>
      <Download aria-hidden />
      Download {fileOf(choice)}
    </>
  );
  return (
    <>
      {saving.error !== null && <ErrorNotice error={saving.error} />}
      {isEmpty || readToken() !== null ? (
        <Button look="primary" disabled={isEmpty || saving.isRunning} onClick={() => saving.run()}>
          {label}
        </Button>
      ) : (
        <a className={buttonClass('primary')} href={addressOf(choice)} download={fileOf(choice)}>
          {label}
        </a>
      )}
    </>
  );
}

function Dataset({ topic }: { topic: string }) {
  const [settings, setSettings] = useState<Omit<DatasetChoice, 'topic'>>({
    format: 'KTO',
    source: 'END_USER',
    redact: false,
    deduplicate: false,
  });
  const choice = { topic, ...settings };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['dataset', choice],
    queryFn: ({ signal }) =>
      request(DatasetDocument, { format: choice.format, filter: filterOf(choice) }, signal),
    placeholderData: (before) => before,
  });
  return (
    <>
      <Choices choice={choice} onChange={(part) => setSettings((current) => ({ ...current, ...part }))} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading label="Loading the dataset" />}
      {data !== undefined && (
        <>
          <Counts summary={data.datasetSummary} />
          <Preview records={data.datasetPreview.records} />
        </>
      )}
      <Save choice={choice} isEmpty={(data?.datasetSummary.records ?? 0) === 0} />
    </>
  );
}

export function DatasetDialog({ topic }: { topic: string }) {
  return (
    <Dialog.Root>
      <Dialog.Trigger className={buttonClass()}>
        <Download aria-hidden />
        Dataset
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogStyles.backdrop} />
        <Dialog.Popup className={styles.popup}>
          <div className={styles.head}>
            <Dialog.Title>Dataset of {topic}</Dialog.Title>
            <Dialog.Close render={<IconButton label="Close" icon={<X />} data-tooltip-side="below" />} />
          </div>
          <Dataset topic={topic} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

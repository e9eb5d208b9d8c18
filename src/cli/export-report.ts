// The report of an export for people: its files, and notes on what was left out.
import { type Manifest, manifestName } from '../dataset/export/manifest.ts';

const numbers = new Intl.NumberFormat('en');

const reasons: Record<string, string> = {
  roles: 'whose roles do not alternate',
  emptyContent: 'with an empty message',
  tooLong: 'with too many characters',
  tooFewRaters: 'with too few raters',
  sameText: 'whose two texts are the same',
  duplicate: 'that are duplicates',
  nothingToLearn: 'in which all replies were disliked',
};

function summaryOf({ counts, format, topic, asOf, files }: Manifest, folder: string): string {
  const sizes = files.map(
    ({ name, records, bytes }) =>
      `  ${name}  ${numbers.format(records)} records, ${numbers.format(bytes)} bytes`,
  );
  const head = `Exported ${numbers.format(counts.records)} ${format} records of topic ${topic} as of offset ${asOf ?? 'none'} into ${folder}:`;
  return `${[head, ...sizes, `  ${manifestName}`].join('\n')}\n`;
}

function notesOf({ counts, conflicts, skipped, labels, topic, asOf }: Manifest): string[] {
  const notes: string[] = [];
  if (counts.records === 0) {
    const reason =
      asOf === null
        ? 'the topic has no events'
        : `none of its ${numbers.format(counts.conversations)} conversations gives a record`;
    notes.push(`Nothing matched in topic ${topic}: ${reason}. The files are empty.`);
  }
  if (conflicts.found > 0) {
    const { found, decided, dropped, keptAll } = conflicts;
    notes.push(
      `Authors contradict each other ${numbers.format(found)} times: ${decided} decided by majority, ${dropped} dropped, ${keptAll} kept with both sides.`,
    );
  }
  for (const [reason, count] of Object.entries(skipped)) {
    if (count > 0) notes.push(`Left out: ${numbers.format(count)} ${reasons[reason] ?? reason}.`);
  }
  if (labels !== undefined && counts.records > 0 && (labels.true === 0 || labels.false === 0)) {
    notes.push(`All ${numbers.format(counts.records)} labels are ${labels.true > 0}: a trainer needs both.`);
  }
  return notes;
}

export function reportOf(manifest: Manifest, folder: string): { summary: string; notes: string[] } {
  return { summary: summaryOf(manifest, folder), notes: notesOf(manifest) };
}

// What an export came to, in words.
import { type Manifest, manifestName } from '../dataset/export/manifest.ts';

const counted = new Intl.NumberFormat('en');

const reasons: Record<string, string> = {
  roles: 'whose roles do not alternate',
  emptyContent: 'with an empty message',
  tooLong: 'that are too long',
  tooFewRaters: 'with too few raters',
  sameText: 'whose two texts are the same',
  duplicate: 'that were there already',
  nothingToLearn: 'in which all replies were disliked',
};

function summaryOf({ counts, format, topic, asOf, files }: Manifest, folder: string): string {
  const sizes = files.map(
    ({ name, records, bytes }) =>
      `  ${name}  ${counted.format(records)} records, ${counted.format(bytes)} bytes`,
  );
  const head = `Exported ${counted.format(counts.records)} ${format} records of topic ${topic} as of offset ${asOf ?? 'none'} into ${folder}:`;
  return `${[head, ...sizes, `  ${manifestName}`].join('\n')}\n`;
}

function notesOf({ counts, conflicts, skipped, labels, topic, asOf }: Manifest): string[] {
  const notes: string[] = [];
  if (counts.records === 0) {
    const of =
      asOf === null
        ? 'the topic has no events'
        : `none of its ${counted.format(counts.conversations)} conversations has what was asked for`;
    notes.push(`Nothing matched in topic ${topic}: ${of}. The files are empty.`);
  }
  if (conflicts.found > 0) {
    const { found, decided, dropped, keptAll } = conflicts;
    notes.push(
      `Authors contradict each other ${counted.format(found)} times: ${decided} decided by majority, ${dropped} dropped, ${keptAll} kept both ways.`,
    );
  }
  for (const [reason, count] of Object.entries(skipped)) {
    if (count > 0) notes.push(`Left out: ${counted.format(count)} ${reasons[reason] ?? reason}.`);
  }
  if (labels !== undefined && counts.records > 0 && (labels.true === 0 || labels.false === 0)) {
    notes.push(`All ${counted.format(counts.records)} labels are ${labels.true > 0}: a trainer needs both.`);
  }
  return notes;
}

export function reportOf(manifest: Manifest, folder: string): { summary: string; notes: string[] } {
  return { summary: summaryOf(manifest, folder), notes: notesOf(manifest) };
}

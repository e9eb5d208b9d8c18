// What a format makes of a conversation, without a database.
import { createExportCounts, type ExportCounts } from '../../src/dataset/export/export-counts.ts';
import { type FormatName, formats } from '../../src/dataset/export/formats/formats.ts';
import { readRecipe } from '../../src/dataset/export/recipe.ts';
import type { ExportRecord } from '../../src/dataset/export/record.ts';
import { begun, changed, foldAll, replied, said, type Told } from './told.ts';

export type Exported = { values: ExportRecord['value'][]; records: ExportRecord[]; counts: ExportCounts };

export function exportOf(
  format: FormatName,
  events: Told[],
  settings: Record<string, unknown> = {},
): Exported {
  const counts = createExportCounts();
  const past = { startedAtOffset: 0, events: [], snapshot: foldAll(begun, ...events) };
  const records = formats[format].records(past, readRecipe(settings), counts);
  return { records, values: records.map(({ value }) => value), counts };
}

export const system = (content: string): Told => said('s', { role: 'system', content });
export const prompt = (id: string, content: string, parent: string | null = null): Told =>
  said(id, { content, parent_id: parent });
export const answer = (
  id: string,
  content: string,
  parent: string,
  fields: Record<string, unknown> = {},
): Told => replied(id, { content, parent_id: parent, ...fields });

/** Feedback on a reply; of an end user unless the fields name another source. */
export const feedback = (id: string, username: string, fields: Record<string, unknown>): Told =>
  changed(id, { username, source: 'end_user', ...fields });
export const likes = (id: string, username: string): Told => feedback(id, username, { rating: 'like' });
export const dislikes = (id: string, username: string): Told => feedback(id, username, { rating: 'dislike' });

/** Messages of records. */
export const user = (content: string) => ({ role: 'user', content });
export const assistant = (content: string) => ({ role: 'assistant', content });

// What a format makes of a conversation that was told, without a database.

import { createExportCounts, type ExportCounts } from '../../src/dataset/export/export-counts.ts';
import { type FormatName, formats } from '../../src/dataset/export/formats/formats.ts';
import { readRecipe } from '../../src/dataset/export/recipe.ts';
import type { ExportRecord } from '../../src/dataset/export/record.ts';
import { begun, changed, foldAll, replied, said, type Told } from './told.ts';

export type Drafted = { values: ExportRecord['value'][]; drafts: ExportRecord[]; tally: ExportCounts };

export function draft(format: FormatName, told: Told[], settings: Record<string, unknown> = {}): Drafted {
  const tally = createExportCounts();
  const past = { startedAtOffset: 0, events: [], snapshot: foldAll(begun, ...told) };
  const drafts = formats[format].records(past, readRecipe(settings), tally);
  return { drafts, values: drafts.map(({ value }) => value), tally };
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

/** What someone says of a reply, as an end user unless they say otherwise. */
export const feedback = (id: string, username: string, fields: Record<string, unknown>): Told =>
  changed(id, { username, source: 'end_user', ...fields });
export const likes = (id: string, username: string): Told => feedback(id, username, { rating: 'like' });
export const dislikes = (id: string, username: string): Told => feedback(id, username, { rating: 'dislike' });

/** A turn of each role. */
export const user = (content: string) => ({ role: 'user', content });
export const assistant = (content: string) => ({ role: 'assistant', content });

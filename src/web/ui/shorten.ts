// Excerpts of long texts, in one line.

/** @param maxLength UTF-16 code units, with the ellipsis */
export function shorten(text: string, maxLength: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}

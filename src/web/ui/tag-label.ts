// How keys of reasons are shown where nobody has given them a label.
/** The key of a reason as people read it: `too_long` is Too long. */
export function tagLabel(key: string): string {
  const words = key.replaceAll(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

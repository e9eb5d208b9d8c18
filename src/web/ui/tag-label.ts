// Labels of tags for which the topic has none.

/** The key of a tag as people read it: `too_long` is Too long. */
export function tagLabel(key: string): string {
  const words = key.replaceAll(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

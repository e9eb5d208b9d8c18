// The links that a reply may contain: text of a model is not trusted.
const allowed = new Set(['http:', 'https:', 'mailto:']);

/** @returns the normalised address; undefined if the link must not be followed */
export function safeUrl(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  return allowed.has(url.protocol) ? url.href : undefined;
}

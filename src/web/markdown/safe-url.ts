// Where a link in a reply may lead: the model's text is a stranger's.
const allowed = new Set(['http:', 'https:', 'mailto:']);

/** @returns the address as it may be followed; undefined where it may not */
export function safeUrl(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  return allowed.has(url.protocol) ? url.href : undefined;
}

// Escapes the wildcards of LIKE. Prisma's `contains` is a LIKE, and leaves that to the caller.

export function escapeLikePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

// How texts are searched for.

/** Prisma's `contains` is a LIKE whose wildcards it leaves to the caller. */
export function escapeLikePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

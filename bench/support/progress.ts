// Progress for people, on stderr, so that stdout holds nothing but tables.

/** @returns `m:ss`, or `h:mm:ss` from an hour on */
export function renderElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(seconds / 3_600);
  return (hours === 0 ? parts : [String(hours), ...parts]).join(':').replace(/^0(?=\d:)/, '');
}

/** Prints the line behind the time since this process started. */
export function progress(line: string): void {
  process.stderr.write(`[${renderElapsed(performance.now())}] ${line}\n`);
}

// The progress of a long command: one line that is overwritten if stderr is a terminal, otherwise nothing.

export type Progress = {
  /** Shows how much of the total is done. */
  report(done: number): void;
  /** Clears the line. */
  end(): void;
};

const intervalMs = 100;
const barWidth = 24;

const numbers = new Intl.NumberFormat('en');

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The line: percentage, bar, done and total, rate per second, and the time left. */
export function progressLine(label: string, at: { done: number; total: number; seconds: number }): string {
  const { done, total, seconds } = at;
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const rate = seconds === 0 ? 0 : done / seconds;
  const bar = '█'.repeat(Math.floor(share * barWidth)).padEnd(barWidth, '░');
  const left = duration(rate === 0 ? Number.POSITIVE_INFINITY : Math.max(total - done, 0) / rate);
  return `${label} ${String(Math.floor(share * 100)).padStart(3)} % ${bar} ${numbers.format(done)} of ${numbers.format(total)}, ${numbers.format(Math.round(rate))}/s, ${left} left`;
}

/** @param total how much there is to do, in the unit of `report` */
export function createProgress(label: string, total: number): Progress {
  const startedAt = performance.now();
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    report(done) {
      const now = performance.now();
      if (!process.stderr.isTTY || now - shownAt < intervalMs) return;
      shownAt = now;
      process.stderr.write(
        `\r\u001b[K${progressLine(label, { done, total, seconds: (now - startedAt) / 1_000 })}`,
      );
    },
    end() {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    },
  };
}

// Which faults happen when: all of it follows from the seed, so that a run can be had again.
import { createRandom } from '../support/random.ts';

export type Fault =
  | { kind: 'kill node' | 'freeze node'; node: number; durationMs: number }
  | { kind: 'kill NATS'; durationMs: number }
  | { kind: 'crash Postgres' | 'restart Postgres' | 'terminate connections' | 'cut sockets' };

/** A fault, and when it happens: milliseconds after the load has begun. */
export type Planned = Fault & { atMs: number };

export const leaseMs = 2_000;
/** How long whatever was restarted needs until it is as before, and a while of work after it. */
const restartMs = 3_000;
/** After a crash, Postgres reads and syncs all that it has. */
const crashMs = 9_000;

const gapMs = { least: 300, spread: 1_700 };

/** What a fault takes away for a while, so that none is planned for what is away already. */
export function targetOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill node':
    case 'freeze node':
      return `node ${fault.node}`;
    case 'kill NATS':
      return 'NATS';
    case 'crash Postgres':
    case 'restart Postgres':
    case 'terminate connections':
      return 'Postgres';
    case 'cut sockets':
      return 'sockets';
  }
}

function busyMs(fault: Fault): number {
  if (fault.kind === 'terminate connections' || fault.kind === 'cut sockets') return 0;
  if (fault.kind === 'crash Postgres') return crashMs;
  return restartMs + ('durationMs' in fault ? fault.durationMs : 0);
}

/** @param mayRestart whether Postgres is this run's own */
export function planFaults(options: { seed: number; count: number; mayRestart: boolean }): Planned[] {
  const random = createRandom(options.seed);
  const between = (least: number, most: number) => least + random.below(most - least);
  const choose = (): Fault => {
    const node = random.below(2);
    const choices: [() => Fault, ...(() => Fault)[]] = [
      () => ({ kind: 'kill node', node, durationMs: between(100, 3_000) }),
      () => ({ kind: 'freeze node', node, durationMs: between(100, leaseMs / 2) }),
      () => ({ kind: 'freeze node', node, durationMs: between(leaseMs + 1_000, 2 * leaseMs) }),
      () => ({ kind: 'kill NATS', durationMs: between(100, 3_000) }),
      () => ({ kind: 'terminate connections' }),
      () => ({ kind: 'cut sockets' }),
    ];
    if (options.mayRestart) {
      choices.push(
        () => ({ kind: 'crash Postgres' }),
        () => ({ kind: 'restart Postgres' }),
      );
    }
    return random.pick(choices)();
  };
  const busyUntil = new Map<string, number>();
  const planned: Planned[] = [];
  let atMs = 1_000;
  while (planned.length < options.count) {
    const fault = choose();
    const target = targetOf(fault);
    if ((busyUntil.get(target) ?? 0) <= atMs) {
      busyUntil.set(target, atMs + busyMs(fault));
      planned.push({ ...fault, atMs });
    }
    atMs += between(gapMs.least, gapMs.least + gapMs.spread);
  }
  return planned;
}

export function describeFault(fault: Fault): string {
  const seconds = 'durationMs' in fault ? ` for ${(fault.durationMs / 1_000).toFixed(1)} s` : '';
  const { kind } = fault;
  const isLost = kind === 'freeze node' && fault.durationMs > leaseMs;
  return `${kind}${'node' in fault ? ` ${fault.node + 1}` : ''}${seconds}${isLost ? ', beyond its lease' : ''}`;
}

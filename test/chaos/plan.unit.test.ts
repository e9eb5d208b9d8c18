import { expect, it } from 'vitest';
import { describeFault, leaseMs, type Planned, planFaults, targetOf } from './plan.ts';

const options = { seed: 7, count: 200, mayRestart: true };
const kindsOf = (plan: Planned[]) => new Set(plan.map(({ kind }) => kind));

it('a seed gives the same plan again, and another seed another', () => {
  const plan = planFaults(options);
  expect(plan).toHaveLength(200);
  expect(planFaults(options)).toEqual(plan);
  expect(planFaults({ ...options, seed: 8 })).not.toEqual(plan);
});

it('every kind of fault happens, and nodes are frozen within their lease and beyond it', () => {
  const plan = planFaults(options);
  expect([...kindsOf(plan)].sort()).toEqual([
    'crash Postgres',
    'cut sockets',
    'freeze node',
    'kill NATS',
    'kill node',
    'restart Postgres',
    'terminate connections',
  ]);
  const frozenMs = plan.flatMap((fault) => (fault.kind === 'freeze node' ? [fault.durationMs] : []));
  expect(Math.min(...frozenMs)).toBeLessThan(leaseMs);
  expect(Math.max(...frozenMs)).toBeGreaterThan(leaseMs);
});

it('a Postgres of others is not restarted', () => {
  const kinds = kindsOf(planFaults({ ...options, mayRestart: false }));
  expect(kinds).toContain('terminate connections');
  expect([...kinds].filter((kind) => /^(crash|restart)/.test(kind))).toEqual([]);
});

it('nothing is taken away while it is away', () => {
  const until = new Map<string, number>();
  for (const fault of planFaults(options)) {
    const target = targetOf(fault);
    expect(fault.atMs).toBeGreaterThanOrEqual(until.get(target) ?? 0);
    until.set(target, fault.atMs + ('durationMs' in fault ? fault.durationMs : 0));
  }
});

it('a fault is told with its node, its time, and whether the lease runs out', () => {
  expect(describeFault({ kind: 'freeze node', node: 1, durationMs: 3_500 })).toBe(
    'freeze node 2 for 3.5 s, beyond its lease',
  );
  expect(describeFault({ kind: 'kill NATS', durationMs: 100 })).toBe('kill NATS for 0.1 s');
  expect(describeFault({ kind: 'cut sockets' })).toBe('cut sockets');
});

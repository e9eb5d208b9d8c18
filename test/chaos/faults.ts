// Makes faults happen, and undoes them after their time.
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { Fault } from './plan.ts';

/** Resolves when what the fault took away works again. @param cutSockets breaks the connections of all readers */
export async function happen(cluster: Cluster, fault: Fault, cutSockets: () => void): Promise<void> {
  const { nats, postgres } = cluster;
  switch (fault.kind) {
    case 'kill node': {
      const node = cluster.nodes[fault.node === 0 ? 0 : 1];
      await node.kill();
      await delay(fault.durationMs);
      return await node.start();
    }
    case 'freeze node': {
      const node = cluster.nodes[fault.node === 0 ? 0 : 1];
      node.signal('SIGSTOP');
      await delay(fault.durationMs);
      return node.signal('SIGCONT');
    }
    case 'kill NATS':
      await nats.kill();
      await delay(fault.durationMs);
      return await nats.start();
    case 'crash Postgres':
      return await postgres.restart?.crash();
    case 'restart Postgres':
      return await postgres.restart?.fast();
    case 'terminate connections':
      return await postgres.terminateConnections();
    case 'cut sockets':
      return cutSockets();
  }
}

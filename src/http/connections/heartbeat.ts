// Detects WebSockets whose client is gone without closing them, and terminates them.
import type { WebSocket } from 'ws';

/** How many heartbeats a client may miss. A client that has unsent data may only read slowly, and may miss more. */
const maxMissedBeats = { idle: 1, reading: 5 };

/**
 * Pings the client at each heartbeat, and terminates the socket of a client that neither responds nor reads.
 * @returns a function to call whenever the network has taken a message
 */
export function keepAlive(socket: WebSocket, heartbeatMs: number): () => void {
  let missedBeats = -1;
  let hasSent = false;
  let hadUnsent = false;
  const onSignOfLife = () => {
    missedBeats = -1;
  };
  const beat = () => {
    const hasUnsent = socket.bufferedAmount > 0;
    // A ping would queue behind the unsent data. That the network took some of it is an equally good sign of life.
    if (hasSent && (hasUnsent || hadUnsent)) onSignOfLife();
    hasSent = false;
    hadUnsent = hasUnsent;
    missedBeats += 1;
    if (missedBeats >= (hasUnsent ? maxMissedBeats.reading : maxMissedBeats.idle)) socket.terminate();
    else if (!hasUnsent && socket.readyState === socket.OPEN) socket.ping();
  };
  socket.on('pong', onSignOfLife);
  socket.on('message', onSignOfLife);
  const timer = setInterval(beat, heartbeatMs);
  socket.once('close', () => clearInterval(timer));
  return () => {
    hasSent = true;
  };
}

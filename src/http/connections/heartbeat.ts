// Finds out which WebSockets have lost their client without a word, and ends them.
import type { WebSocket } from 'ws';

/** How many beats a client may be silent: one that still has to be sent something may only read slowly. */
const maxSilentBeats = { idle: 1, reading: 5 };

/**
 * Asks the client at each beat whether it is there, and ends the socket of one that neither answers nor reads.
 * @returns to be called when the network has taken something
 */
export function keepAlive(socket: WebSocket, beatMs: number): () => void {
  let silentBeats = -1;
  let hasTaken = false;
  let wasWaiting = false;
  const isThere = () => {
    silentBeats = -1;
  };
  const beat = () => {
    const isWaiting = socket.bufferedAmount > 0;
    // A ping would stand in line behind what waits; that some of it was taken says as much as an answer.
    if (hasTaken && (isWaiting || wasWaiting)) isThere();
    hasTaken = false;
    wasWaiting = isWaiting;
    silentBeats += 1;
    if (silentBeats >= (isWaiting ? maxSilentBeats.reading : maxSilentBeats.idle)) socket.terminate();
    else if (!isWaiting && socket.readyState === socket.OPEN) socket.ping();
  };
  socket.on('pong', isThere);
  socket.on('message', isThere);
  const timer = setInterval(beat, beatMs);
  socket.once('close', () => clearInterval(timer));
  return () => {
    hasTaken = true;
  };
}

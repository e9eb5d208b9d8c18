// Starts subscriptions on the connection that they came over: they are counted before their source starts, and released
// however they end.
import type { ServerResponse } from 'node:http';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type ValidatedSubscriptionArgs,
  validateSubscriptionArgs,
} from 'graphql';
import { endsWithNode } from '../../delivery/delivery.ts';
import { startSubscription } from '../../delivery/subscribe.ts';
import { createResults, type Results } from '../../delivery/subscription-results.ts';
import type { Context } from '../../graphql/context.ts';
import { checkLimits } from '../../graphql/limits.ts';
import type { Connection, Connections } from './connections.ts';
import { untilExpiry } from './expiry.ts';

/** What carries an operation: the connection of a WebSocket, or the response of a request, to which it may stream. */
export type CarrierContext = { connection?: Connection; res?: ServerResponse };
type Args = ExecutionArgs & { contextValue: Context & CarrierContext };

/** An event stream is a connection of its own. */
function openStream(connections: Connections, response: ServerResponse): Connection {
  return connections.add({
    // What was written is still sent. Since the body has no end, the client knows that the stream is incomplete.
    close: () => void response.socket?.destroySoon(),
    terminate: () => void response.destroy(),
  });
}

/** @returns a release function @throws AppError LIMIT_EXCEEDED; UPSTREAM_FAILED while the server stops */
function admit(connections: Connections, context: Args['contextValue'], endsWithNode: boolean): () => void {
  const { connection, res, viewer } = context;
  if (connection !== undefined) return connection.subscribe(endsWithNode);
  if (res === undefined) throw new Error('A subscription without a connection or a response.');
  const stream = openStream(connections, res);
  try {
    stream.admit(viewer.username);
    stream.subscribe(endsWithNode);
  } catch (error) {
    stream.remove();
    throw error;
  }
  return stream.remove;
}

/** A client may disconnect before the first result: then nobody reads the stream, and nobody would return its results. */
function returnOnClose(response: ServerResponse, results: Results): void {
  const onClose = () => void results.return().catch(() => {});
  if (response.closed || response.destroyed) onClose();
  else response.once('close', onClose);
}

/** @param mask turns whatever was thrown into the error that clients get */
export function createSubscribe(connections: Connections, mask: (error: unknown) => GraphQLError) {
  async function start(
    args: ValidatedSubscriptionArgs,
    { viewer, res }: Args['contextValue'],
    release: () => void,
  ): Promise<Results | ExecutionResult> {
    const started = await startSubscription(args);
    if (!('source' in started)) {
      release();
      return started;
    }
    const source = untilExpiry(started.source, viewer.expiresAt);
    const results = createResults({ ...started, source }, mask, release);
    if (res !== undefined) returnOnClose(res, results);
    return results;
  }

  return async (args: Args): Promise<Results | ExecutionResult> => {
    let release = () => {};
    try {
      checkLimits(args);
      const validated = validateSubscriptionArgs(args);
      if (!('operation' in validated)) return { errors: validated.map(mask) };
      const { contextValue } = args;
      release = admit(connections, contextValue, endsWithNode(validated, contextValue.services));
      const started = await start(validated, contextValue, release);
      if (!('errors' in started)) return started;
      return started.errors === undefined ? started : { ...started, errors: started.errors.map(mask) };
    } catch (error) {
      release();
      return { errors: [mask(error)] };
    }
  };
}

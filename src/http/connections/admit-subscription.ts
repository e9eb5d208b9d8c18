// Begins subscriptions on the connection that they came over: counted before their source starts, and given back
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

/** What carries an operation: a WebSocket its connection, a request the response to which it may stream. */
export type CarrierContext = { connection?: Connection; res?: ServerResponse };
type Args = ExecutionArgs & { contextValue: Context & CarrierContext };

/** An event stream is a connection of its own. */
function openStream(connections: Connections, response: ServerResponse): Connection {
  return connections.add({
    // What was written is still sent. Without the end of the body the client knows that it did not end.
    close: () => void response.socket?.destroySoon(),
    terminate: () => void response.destroy(),
  });
}

/** @returns gives back what was counted @throws AppError LIMIT_EXCEEDED; UPSTREAM_FAILED while the server stops */
function count(connections: Connections, context: Args['contextValue'], endsHere: boolean): () => void {
  const { connection, res, viewer } = context;
  if (connection !== undefined) return connection.subscribe(endsHere);
  if (res === undefined) throw new Error('A subscription that came over nothing.');
  const stream = openStream(connections, res);
  try {
    stream.admit(viewer.username);
    stream.subscribe(endsHere);
  } catch (error) {
    stream.remove();
    throw error;
  }
  return stream.remove;
}

/** A client may be gone before the first result: nobody reads such a stream, and nobody would leave it. */
function returnOnClose(response: ServerResponse, results: Results): void {
  const leave = () => void results.return().catch(() => {});
  if (response.closed || response.destroyed) leave();
  else response.once('close', leave);
}

/** @param mask makes of whatever was thrown what clients are told */
export function createSubscribe(connections: Connections, mask: (error: unknown) => GraphQLError) {
  async function start(
    args: ValidatedSubscriptionArgs,
    { viewer, res }: Args['contextValue'],
    end: () => void,
  ): Promise<Results | ExecutionResult> {
    const started = await startSubscription(args);
    if (!('source' in started)) {
      end();
      return started;
    }
    const source = untilExpiry(started.source, viewer.expiresAt);
    const results = createResults({ ...started, source }, mask, end);
    if (res !== undefined) returnOnClose(res, results);
    return results;
  }

  return async (args: Args): Promise<Results | ExecutionResult> => {
    let end = () => {};
    try {
      checkLimits(args);
      const validated = validateSubscriptionArgs(args);
      if (!('operation' in validated)) return { errors: validated.map(mask) };
      const { contextValue } = args;
      end = count(connections, contextValue, endsWithNode(validated, contextValue.services));
      const started = await start(validated, contextValue, end);
      if (!('errors' in started)) return started;
      return started.errors === undefined ? started : { ...started, errors: started.errors.map(mask) };
    } catch (error) {
      end();
      return { errors: [mask(error)] };
    }
  };
}

// Begins subscriptions on the connection that they came over: counted before their source starts, and given back
// however they end.
import type { ServerResponse } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST, Kind } from 'graphql';
import { deltaDelivery } from '../generation/plain-delta.ts';
import type { Context } from '../graphql/context.ts';
import { checkLimits } from '../graphql/limits.ts';
import { beginSubscription } from '../graphql/subscribe.ts';
import type { Connection, Connections } from './connections.ts';
import { untilExpiry } from './expiry.ts';
import { createResults, type Results } from './results.ts';

/** What carries an operation: a WebSocket its connection, a request the response to which it may stream. */
export type CarrierContext = { connection?: Connection; res?: ServerResponse };
type Args = ExecutionArgs & { contextValue: Context & CarrierContext };

/** The reply that it follows, if it follows one. */
function followedReply({ document, operationName, variableValues }: Args): unknown {
  const [field] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD || field.name.value !== deltaDelivery.field) return undefined;
  const value = field.arguments?.find(({ name }) => name.value === 'messageId')?.value;
  if (value?.kind === Kind.VARIABLE) return variableValues?.[value.name.value];
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** Whether it follows a reply that is produced here: any other is followed from another node as well. */
function endsHere(args: Args): boolean {
  const reply = followedReply(args);
  return typeof reply === 'string' && args.contextValue.services.generations.live(reply) !== undefined;
}

/** An event stream is a connection of its own. */
function openStream(connections: Connections, response: ServerResponse): Connection {
  return connections.add({
    // What was written is still sent. Without the end of the body the client knows that it did not end.
    close: () => void response.socket?.destroySoon(),
    terminate: () => void response.destroy(),
  });
}

/** @returns gives back what was counted @throws AppError LIMIT_EXCEEDED; UPSTREAM_FAILED while the server stops */
function count(connections: Connections, args: Args): () => void {
  const { connection, res, viewer } = args.contextValue;
  if (connection !== undefined) return connection.subscribe(endsHere(args));
  if (res === undefined) throw new Error('A subscription that came over nothing.');
  const stream = openStream(connections, res);
  try {
    stream.admit(viewer.username);
    stream.subscribe(endsHere(args));
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
  async function begin(args: Args, end: () => void): Promise<Results | ExecutionResult> {
    const { viewer, res } = args.contextValue;
    const begun = await beginSubscription(args);
    if (!('source' in begun)) {
      end();
      return begun;
    }
    const source = untilExpiry(begun.source, viewer.expiresAt);
    const results = createResults({ ...begun, source }, mask, end);
    if (res !== undefined) returnOnClose(res, results);
    return results;
  }

  return async (args: Args): Promise<Results | ExecutionResult> => {
    let end = () => {};
    try {
      checkLimits(args);
      end = count(connections, args);
      const begun = await begin(args, end);
      if (!('errors' in begun)) return begun;
      return begun.errors === undefined ? begun : { ...begun, errors: begun.errors.map(mask) };
    } catch (error) {
      end();
      return { errors: [mask(error)] };
    }
  };
}

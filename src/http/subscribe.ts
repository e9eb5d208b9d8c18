// Begins subscriptions on the connection that they came over: counted before their source starts, and given back
// however they end.
import type { ServerResponse } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST, Kind } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { plainDelta } from '../generation/plain-delta.ts';
import type { Context } from '../graphql/context.ts';
import { subscribe } from '../graphql/subscribe.ts';
import type { Connection, Connections } from './connections.ts';

/** What carries an operation: a WebSocket its connection, a request the response to which it may stream. */
export type CarrierContext = { connection?: Connection; res?: ServerResponse };
type Args = ExecutionArgs & { contextValue: Context & CarrierContext };
type Source = AsyncIterable<ExecutionResult>;

/** The reply that it follows, if it follows one. */
function followedReply({ document, operationName, variableValues }: Args): unknown {
  const [field] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD || field.name.value !== plainDelta.field) return undefined;
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

/** Calls `end` when the source is over, and ends the source when its response is closed. */
function endWith(source: Source, end: () => void, response: ServerResponse | undefined): Source {
  const iterator = source[Symbol.asyncIterator]();
  const leave = async () => {
    end();
    await iterator.return?.();
  };
  // A client may be gone before the first result: nobody reads such a stream, and nobody would leave it.
  const leaveQuietly = () => void leave().catch(() => {});
  if (response?.closed === true || response?.destroyed === true) leaveQuietly();
  else response?.once('close', leaveQuietly);
  const ended = (result: IteratorResult<ExecutionResult>) => {
    if (result.done === true) end();
    return result;
  };
  const failed = (error: unknown): never => {
    end();
    throw error;
  };
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => iterator.next().then(ended, failed),
      async return() {
        await leave();
        return { value: undefined, done: true };
      },
    }),
  };
}

/** @param mask makes of a refusal what clients are told */
export function createSubscribe(connections: Connections, mask: (error: unknown) => GraphQLError) {
  return async (args: Args): Promise<Source | ExecutionResult> => {
    let end: () => void;
    try {
      end = count(connections, args);
    } catch (error) {
      return { errors: [mask(error)] };
    }
    try {
      const result = await subscribe(args);
      if (isAsyncIterable(result)) return endWith(result, end, args.contextValue.res);
      end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };
}

// What clients are told of failures: the one place where an AppError becomes `extensions.code`. Whatever is not
// expected is logged once, with its stack and the operation's name, and masked.
import { PothosValidationError } from '@pothos/core';
import { GraphQLError } from 'graphql';
import { isDatabaseUnreachable } from '../database/unavailable.ts';
import { AppError, type ErrorCode, errorCodes } from '../errors.ts';

/** HTTP statuses, which matter where nothing could be executed (GraphQL over HTTP, section 6). */
const statuses: Partial<Record<ErrorCode, number>> = { UNAUTHENTICATED: 401 };

function withCode(error: GraphQLError, code: ErrorCode, message = error.message): GraphQLError {
  const status = statuses[code];
  const http = status === undefined ? error.extensions.http : { status };
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...(http === undefined ? {} : { http }), code },
  });
}

function isErrorCode(code: unknown): boolean {
  return errorCodes.some((known) => known === code);
}

/** The deepest reason of an error: GraphQL wraps what resolvers and scalars throw. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError != null ? causeOf(error.originalError) : error;
}

/** @param onBug told of each error that nobody expected, before it is masked */
export function createErrorMask(onBug: (error: unknown) => void): (error: unknown) => GraphQLError {
  // A result may be masked where it is made and again where it is sent: a bug must not become a fault of the client.
  const masked = new WeakSet<GraphQLError>();
  return (error) => {
    if (error instanceof GraphQLError && masked.has(error)) return error;
    const wrapper = error instanceof GraphQLError ? error : new GraphQLError('');
    const cause = causeOf(error);
    if (cause instanceof AppError) return withCode(wrapper, cause.code, cause.message);
    // Syntax, validation and coercion: the sentences of GraphQL and Yoga name the place and the value.
    if (cause instanceof GraphQLError) {
      return isErrorCode(cause.extensions.code) ? cause : withCode(cause, 'INVALID_INPUT');
    }
    if (cause instanceof PothosValidationError) return withCode(wrapper, 'INVALID_INPUT', cause.message);
    onBug(cause);
    if (isDatabaseUnreachable(cause)) {
      return withCode(wrapper, 'UPSTREAM_FAILED', 'The database cannot be reached. Try again in a moment.');
    }
    const bug = new GraphQLError('Something went wrong here; it was logged.', {
      nodes: wrapper.nodes ?? null,
      path: wrapper.path ?? null,
    });
    masked.add(bug);
    return bug;
  };
}

// The errors that clients get: the one place where an AppError becomes `extensions.code`. An unexpected error is logged
// once, with its stack, and masked.
import { PothosValidationError } from '@pothos/core';
import { GraphQLError } from 'graphql';
import { isDatabaseUnreachable } from '../database/unavailable.ts';
import { AppError, bugMessage, type ErrorCode, errorCodes } from '../errors.ts';

/** HTTP statuses of operations that could not be executed (GraphQL over HTTP, section 6). */
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
  return errorCodes.some((listed) => listed === code);
}

/** The original error: GraphQL wraps what resolvers and scalars throw, possibly more than once. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError != null ? causeOf(error.originalError) : error;
}

/** @param onBug called with each unexpected error before it is masked */
export function createErrorMask(onBug: (error: unknown) => void): (error: unknown) => GraphQLError {
  // A result may be masked when it is made and again when it is sent. A masked bug must not become INVALID_INPUT then.
  const masked = new WeakSet<GraphQLError>();
  return (error) => {
    if (error instanceof GraphQLError && masked.has(error)) return error;
    const wrapper = error instanceof GraphQLError ? error : new GraphQLError('');
    const cause = causeOf(error);
    if (cause instanceof AppError) return withCode(wrapper, cause.code, cause.message);
    // Syntax, validation and coercion: the messages of GraphQL and Yoga name the position and the value.
    if (cause instanceof GraphQLError) {
      return isErrorCode(cause.extensions.code) ? cause : withCode(cause, 'INVALID_INPUT');
    }
    if (cause instanceof PothosValidationError) return withCode(wrapper, 'INVALID_INPUT', cause.message);
    onBug(cause);
    if (isDatabaseUnreachable(cause)) {
      return withCode(wrapper, 'UPSTREAM_FAILED', 'The database cannot be reached. Try again in a moment.');
    }
    const bug = new GraphQLError(bugMessage, {
      nodes: wrapper.nodes ?? null,
      path: wrapper.path ?? null,
    });
    masked.add(bug);
    return bug;
  };
}

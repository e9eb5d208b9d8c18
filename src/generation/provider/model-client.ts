// Asks a model endpoint for one reply, in any protocol: attempts and the pauses between them, one time limit for all
// of them, and what went wrong. A request of which text has been shown is never repeated.
import type { AppError } from '../../errors.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { ConnectionLost, createEndpointErrors, type EndpointErrors } from './endpoint-errors.ts';
import type { Exchange, ModelProtocol } from './protocol.ts';
import type { ModelClient, ModelClientOptions, ModelRequest, ModelResult, OnPiece } from './provider.ts';
import { readReply } from './read-body.ts';
import { createRetryBudget, type Failure, isRetryable, type RetryBudget } from './retry-budget.ts';

const maxErrorBodyLength = 16_384;

async function readStart(response: Response, length: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length >= length) break;
  }
  return text.slice(0, length);
}

/** The network's own message, which fetch hides in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause ? String(cause.code) : '';
  return cause.message.includes(code) ? cause.message || error.message : `${code} ${cause.message}`;
}

type OpenExchange = Exchange & { errors: EndpointErrors; deadline: Deadline; retryBudget: RetryBudget };

function openExchange(errors: EndpointErrors, timeoutMs: number, request: ModelRequest): OpenExchange {
  const deadline = createDeadline(request.signal);
  let failure: Failure | undefined;
  const send: typeof fetch = async (url, init) => {
    failure = undefined;
    // The target of a redirect must get neither the key nor the conversation.
    const response = await fetch(url, { ...init, redirect: 'manual' }).catch((error: unknown) => {
      failure = { error: errors.unreachable(reasonOf(error)), isRetryable: true };
      throw error;
    });
    if (response.ok) return response;
    const { status, headers } = response;
    const refused = (error: AppError, body: string): Failure => ({
      error,
      isRetryable: isRetryable(status),
      refusal: { status, body, headers },
    });
    // Recorded before its body is read, so that a body which hangs until the deadline doesn't hide the status.
    failure = refused(errors.refused(response, ''), '');
    // A package would read all of an error's body: a server could make it read for ever.
    const body = await readStart(response, maxErrorBodyLength).catch(() => '');
    failure = refused(errors.refused(response, body), body);
    return new Response(body || null, { status, headers });
  };
  return {
    errors,
    deadline,
    retryBudget: createRetryBudget(deadline, timeoutMs, () => errors.timedOut(timeoutMs, failure?.error)),
    signal: deadline.signal,
    fetch: send,
    async attempt(sendRequest) {
      try {
        const response = await sendRequest();
        return failure ?? response;
      } catch (error) {
        return failure ?? { error: errors.unreachable(reasonOf(error)), isRetryable: false };
      }
    },
  };
}

/** Creates the client of one endpoint. It needs no stop: only a running `generate` holds anything. */
export function createModelClient(protocol: ModelProtocol, options: ModelClientOptions): ModelClient {
  const { baseUrl, apiKey, timeoutMs, idleTimeoutMs } = options;
  const { baseUrlAdvice, createBodyReader } = protocol;

  async function attempt(
    exchange: OpenExchange,
    request: ModelRequest,
    onPiece: OnPiece,
  ): Promise<ModelResult | Failure> {
    const answer = await protocol.ask(exchange, request);
    if (!(answer instanceof Response)) return answer;
    const { signal, beforeRead } = request;
    const { errors, deadline } = exchange;
    let hasPieces = false;
    try {
      return await readReply(answer, {
        errors,
        deadline,
        idleTimeoutMs,
        signal,
        beforeRead,
        createBodyReader,
        onPiece(channel, piece) {
          hasPieces = true;
          onPiece(channel, piece);
        },
      });
    } catch (error) {
      // Text that was shown can't be withdrawn: a second answer would continue in the middle of another one.
      if (hasPieces || !(error instanceof ConnectionLost)) throw error;
      return { error, isRetryable: true };
    }
  }

  return {
    async generate(request, onPiece) {
      const errors = createEndpointErrors({ baseUrl, apiKey, model: request.model, baseUrlAdvice });
      const exchange = openExchange(errors, timeoutMs, request);
      try {
        for (;;) {
          const outcome = await attempt(exchange, request, onPiece);
          if (!('error' in outcome)) return outcome;
          await exchange.retryBudget.waitBeforeRetry(outcome);
        }
      } catch (error) {
        // An abort breaks things in many ways; the caller gets its reason, not what it broke.
        throw exchange.signal.aborted ? exchange.signal.reason : error;
      } finally {
        exchange.deadline.clear();
      }
    },
  };
}

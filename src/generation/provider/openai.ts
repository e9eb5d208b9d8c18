// Asks the model endpoint for one reply and hands its text on as it comes. The only file that imports openai,
// which makes the request; the body is read by reply-body, at a quarter of what the package takes for a token.
import OpenAI from 'openai';
import type { AppError } from '../../errors.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { ConnectionLost, describeFailures, type EndpointFailures } from './endpoint-errors.ts';
import type { Usage } from './openai-stream.ts';
import { type OnPiece, type ReplyEnd, readReply } from './read-body.ts';
import { createRetryBudget, type Failure, isRetryable, type RetryBudget } from './retry-budget.ts';

export type { OnPiece, Usage };

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** What the asker may set; what is not set is not sent, so that the endpoint's own defaults hold. */
export type GenerationParameters = {
  temperature?: number;
  maxTokens?: number;
  topP?: number;
  stop?: string[];
  seed?: number;
};

export type ModelRequest = {
  model: string;
  messages: ChatMessage[];
  parameters: GenerationParameters;
  signal: AbortSignal;
  /** What to wait for before the next network read, so that it holds more; undefined: nothing. */
  beforeRead?: () => Promise<void> | undefined;
};

export type ModelResult = ReplyEnd;

export type ModelClient = {
  /**
   * Asks for one reply. `onPiece` gets the pieces of each channel in order, one for each network read. What it throws
   * ends the request and comes back as it is.
   * @throws AppError UPSTREAM_FAILED for every failure of the endpoint
   * @throws the reason of `request.signal` when that aborts; the upstream socket is closed at once
   */
  generate(request: ModelRequest, onPiece: OnPiece): Promise<ModelResult>;
};

export type ModelClientOptions = {
  /** Up to and with `/v1`. */
  baseUrl: string;
  apiKey: string | undefined;
  /** How long the endpoint may take until the headers of its answer, retries and their pauses included. */
  timeoutMs: number;
  /** How long a begun answer may send nothing. Comments and keep-alives are no text, but they are life. */
  idleTimeoutMs: number;
};

type ChatBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

const maxErrorBodyLength = 16_384;

function bodyOf({ model, messages, parameters }: ModelRequest, hasUsage: boolean): ChatBody {
  const { temperature, maxTokens, topP, stop, seed } = parameters;
  return {
    model,
    messages,
    stream: true,
    ...(hasUsage && { stream_options: { include_usage: true } }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(topP !== undefined && { top_p: topP }),
    ...(stop !== undefined && stop.length > 0 && { stop }),
    ...(seed !== undefined && { seed }),
  };
}

async function readStart(response: Response, length: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length >= length) break;
  }
  return text.slice(0, length);
}

/** The network's own words, which fetch hides in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause ? String(cause.code) : '';
  return cause.message.includes(code) ? cause.message || error.message : `${code} ${cause.message}`;
}

// A client for each request costs 20 µs, and lets `send` tell one request's attempts from another's.
function createPackageClient(options: ModelClientOptions, send: typeof fetch): OpenAI {
  return new OpenAI({
    baseURL: options.baseUrl,
    // The package falls back to variables of the environment, and would send OPENAI_API_KEY to any endpoint.
    apiKey: options.apiKey || 'none',
    defaultHeaders: options.apiKey ? {} : { Authorization: null },
    ...{ adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    logLevel: 'off',
    timeout: options.timeoutMs,
    // Its own know no limit of time for all of them, and come too early where Retry-After is long.
    maxRetries: 0,
    fetch: send,
  });
}

/** One request to the endpoint, with all its attempts. */
type Exchange = {
  failures: EndpointFailures;
  deadline: Deadline;
  retryBudget: RetryBudget;
  /** Sends the request once. Resolves with the answer, whose body is still to be read, or with what went wrong. */
  ask(body: ChatBody): Promise<Response | Failure>;
};

function createExchange(options: ModelClientOptions, request: ModelRequest): Exchange {
  const failures = describeFailures(options, request.model);
  const deadline = createDeadline(request.signal);
  let failure: Failure | undefined;
  const late = () => failures.timedOut(options.timeoutMs, failure?.error);
  const send: typeof fetch = async (url, init) => {
    failure = undefined;
    // Whoever is redirected to is handed neither the key nor the conversation.
    const response = await fetch(url, { ...init, redirect: 'manual' }).catch((error: unknown) => {
      failure = { error: failures.unreachable(reasonOf(error)), isRetryable: true };
      throw error;
    });
    if (response.ok) return response;
    const { status, headers } = response;
    const refused = (error: AppError, body: string): Failure => ({
      error,
      isRetryable: isRetryable(status),
      refusal: { status, body, headers },
    });
    // Known before its body, so that a body which hangs until the deadline doesn't hide the status.
    failure = refused(failures.refused(response, ''), '');
    // The package would read the whole of an error's body: a server could make it read for ever.
    const body = await readStart(response, maxErrorBodyLength).catch(() => '');
    failure = refused(failures.refused(response, body), body);
    return new Response(body || null, { status, headers });
  };
  const client = createPackageClient(options, send);
  return {
    failures,
    deadline,
    retryBudget: createRetryBudget(deadline, options.timeoutMs, late),
    async ask(body) {
      try {
        return await client.chat.completions.create(body, { signal: deadline.signal }).asResponse();
      } catch (error) {
        return failure ?? { error: failures.unreachable(reasonOf(error)), isRetryable: false };
      }
    },
  };
}

/** Some older servers answer 400 or 422 to `stream_options`, which is not worth failing for. */
function refusesUsage({ refusal }: Failure): boolean {
  if (refusal?.status !== 400 && refusal?.status !== 422) return false;
  return refusal.body.trim() === '' || /stream_options|include_usage/.test(refusal.body);
}

/** Builds the client of one endpoint. It needs no stop: only a running generate holds anything. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const modelsWithoutUsage = new Set<string>();

  async function ask(exchange: Exchange, request: ModelRequest): Promise<Response | Failure> {
    const { model } = request;
    const answer = await exchange.ask(bodyOf(request, !modelsWithoutUsage.has(model)));
    if (answer instanceof Response || modelsWithoutUsage.has(model) || !refusesUsage(answer)) return answer;
    const simpler = await exchange.ask(bodyOf(request, false));
    if (simpler instanceof Response) modelsWithoutUsage.add(model);
    return simpler;
  }

  async function attempt(
    exchange: Exchange,
    request: ModelRequest,
    onPiece: OnPiece,
  ): Promise<ReplyEnd | Failure> {
    const answer = await ask(exchange, request);
    if (!(answer instanceof Response)) return answer;
    const { signal, beforeRead } = request;
    const { failures, deadline } = exchange;
    let hasPieces = false;
    try {
      return await readReply(answer, {
        failures,
        deadline,
        idleTimeoutMs: options.idleTimeoutMs,
        signal,
        beforeRead,
        onPiece(channel, piece) {
          hasPieces = true;
          onPiece(channel, piece);
        },
      });
    } catch (error) {
      // What was shown can't be taken back: a second answer would go on from another one's middle.
      if (hasPieces || !(error instanceof ConnectionLost)) throw error;
      return { error, isRetryable: true };
    }
  }

  return {
    async generate(request, onPiece) {
      const exchange = createExchange(options, request);
      try {
        for (;;) {
          const outcome = await attempt(exchange, request, onPiece);
          if (!('error' in outcome)) return outcome;
          await exchange.retryBudget.waitBeforeRetry(outcome);
        }
      } catch (error) {
        // An abort breaks things in many ways; the caller is told of the abort and not of the pieces.
        throw exchange.deadline.signal.aborted ? exchange.deadline.signal.reason : error;
      } finally {
        exchange.deadline.clear();
      }
    },
  };
}

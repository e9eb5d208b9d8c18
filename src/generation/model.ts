// Asks the model endpoint for one reply and hands its text on as it comes. The only file that imports openai,
// which makes the request; the body is read by reply-body, at a quarter of what the package takes for a token.
import OpenAI from 'openai';
import type { AppError } from '../errors.ts';
import type { Usage } from './completion-reader.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { describeFailures, type EndpointFailures } from './endpoint-failure.ts';
import { type ReplyEnd, readReply } from './reply-body.ts';

export type { Usage };

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
   * Asks for one reply. `onText` gets its pieces in order, one for each network read: never empty, never with
   * NUL, and never with half a surrogate pair. What it throws ends the request and comes back as it is.
   * @throws AppError UPSTREAM_FAILED for every failure of the endpoint
   * @throws the reason of `request.signal` when that aborts; the upstream socket is closed at once
   */
  generate(request: ModelRequest, onText: (text: string) => void): Promise<ModelResult>;
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

const maxRetries = 2;
const longestErrorBody = 16_384;

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
    maxRetries,
    fetch: send,
  });
}

type Refusal = { status: number; body: string };

type Exchange = {
  failures: EndpointFailures;
  deadline: Deadline;
  /** Sends the request, with the package's retries; resolves with the answer's headers. */
  ask(body: ChatBody): Promise<Response>;
  /** What the last attempt was refused with, until the next one starts. */
  refusal(): Refusal | undefined;
};

function createExchange(options: ModelClientOptions, request: ModelRequest): Exchange {
  const failures = describeFailures(options, request.model);
  const deadline = createDeadline(request.signal);
  let refusal: Refusal | undefined;
  let failure: AppError | undefined;
  const send: typeof fetch = async (url, init) => {
    refusal = undefined;
    failure = undefined;
    const response = await fetch(url, init).catch((error: unknown) => {
      failure = failures.unreachable(reasonOf(error));
      throw error;
    });
    if (response.ok) return response;
    // Known before its body, so that a body which hangs until the deadline doesn't hide the status.
    failure = failures.refused(response.status, '');
    // The package would read the whole of an error's body: a server could make it read for ever.
    refusal = { status: response.status, body: await readStart(response, longestErrorBody).catch(() => '') };
    failure = failures.refused(refusal.status, refusal.body);
    return new Response(refusal.body || null, { status: response.status, headers: response.headers });
  };
  const client = createPackageClient(options, send);
  deadline.set(options.timeoutMs, () => failures.late(options.timeoutMs, failure));
  return {
    failures,
    deadline,
    refusal: () => refusal,
    async ask(body) {
      try {
        return await client.chat.completions.create(body, { signal: deadline.signal }).asResponse();
      } catch (error) {
        throw failure ?? failures.unreachable(reasonOf(error));
      }
    },
  };
}

/** Some older servers answer 400 or 422 to `stream_options`, which is not worth failing for. */
function refusesUsage(refusal: Refusal | undefined): boolean {
  if (refusal?.status !== 400 && refusal?.status !== 422) return false;
  return refusal.body.trim() === '' || /stream_options|include_usage/.test(refusal.body);
}

/** Builds the client of one endpoint. It needs no stop: only a running generate holds anything. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const modelsWithoutUsage = new Set<string>();
  return {
    async generate(request, onText) {
      const { model, signal } = request;
      const exchange = createExchange(options, request);
      const askOnceMore = async (error: unknown): Promise<Response> => {
        if (modelsWithoutUsage.has(model) || !refusesUsage(exchange.refusal())) throw error;
        const response = await exchange.ask(bodyOf(request, false));
        modelsWithoutUsage.add(model);
        return response;
      };
      try {
        const response = await exchange
          .ask(bodyOf(request, !modelsWithoutUsage.has(model)))
          .catch(askOnceMore);
        return await readReply(response, {
          ...exchange,
          idleTimeoutMs: options.idleTimeoutMs,
          signal,
          beforeRead: request.beforeRead,
          onText,
        });
      } catch (error) {
        // An abort breaks things in many ways; the caller is told of the abort and not of the pieces.
        throw exchange.deadline.signal.aborted ? exchange.deadline.signal.reason : error;
      } finally {
        exchange.deadline.clear();
      }
    },
  };
}

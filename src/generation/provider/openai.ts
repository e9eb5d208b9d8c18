// The OpenAI protocol: chat completions of any compatible endpoint. The only file that imports openai, which makes the
// request; the body is read by openai-stream.ts, at a quarter of what the package takes for a token.
import OpenAI from 'openai';
import { createModelClient } from './model-client.ts';
import { createPlainReader, createStreamReader } from './openai-stream.ts';
import type { ModelProtocol } from './protocol.ts';
import type { ModelClient, ModelClientOptions, ModelRequest } from './provider.ts';
import type { Failure } from './retry-budget.ts';

type ChatBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

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

// A client for each attempt costs 20 µs, and lets `send` tell one request's attempts from another's.
function createPackageClient(options: ModelClientOptions, send: typeof fetch): OpenAI {
  return new OpenAI({
    baseURL: options.baseUrl,
    // The package falls back to variables of the environment, and would send OPENAI_API_KEY to any endpoint.
    apiKey: options.apiKey || 'none',
    defaultHeaders: options.apiKey ? {} : { Authorization: null },
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    timeout: options.timeoutMs,
    // Its own retries have no time limit for all of them, and come too early if Retry-After is long.
    maxRetries: 0,
    fetch: send,
  });
}

/** Some older servers answer 400 or 422 to `stream_options`, which is not worth failing for. */
function refusesUsage({ refusal }: Failure): boolean {
  if (refusal?.status !== 400 && refusal?.status !== 422) return false;
  return refusal.body.trim() === '' || /stream_options|include_usage/.test(refusal.body);
}

function createOpenAIProtocol(options: ModelClientOptions): ModelProtocol {
  const modelsWithoutUsage = new Set<string>();
  return {
    baseUrlAdvice: 'Check MODEL_BASE_URL: it usually ends with /v1.',
    createBodyReader: (contentType) =>
      contentType.includes('json') ? createPlainReader() : createStreamReader(),
    async ask(exchange, request) {
      const { model } = request;
      const client = createPackageClient(options, exchange.fetch);
      const post = (hasUsage: boolean) =>
        exchange.attempt(() =>
          client.chat.completions.create(bodyOf(request, hasUsage), { signal: exchange.signal }).asResponse(),
        );
      const hasUsage = !modelsWithoutUsage.has(model);
      const answer = await post(hasUsage);
      if (answer instanceof Response || !hasUsage || !refusesUsage(answer)) return answer;
      const simpler = await post(false);
      if (simpler instanceof Response) modelsWithoutUsage.add(model);
      return simpler;
    },
  };
}

/** @param options.baseUrl including `/v1`, if the endpoint has it in its routes */
export function createOpenAIClient(options: ModelClientOptions): ModelClient {
  return createModelClient(createOpenAIProtocol(options), options);
}

// Reads chat completions of OpenAI's protocol and its dialects, streamed or plain.
// This runs for every token, so a frame is parsed once and narrowed by hand.
import { cleanText } from './clean-text.ts';
import { errorMessageOf } from './endpoint-errors.ts';
import { createBodyState, createEventStreamReader, failBody, maxFrameLength } from './event-stream-reader.ts';
import type { BodyReader, BodyState } from './protocol.ts';
import type { ByChannel, Usage } from './provider.ts';

// What is read of a frame, in any dialect. Every field is unknown until it is narrowed.
type Frame = { choices?: unknown; usage?: unknown; error?: unknown; object?: unknown } | null;
type Choice = { delta?: unknown; message?: unknown; finish_reason?: unknown; error?: unknown } | undefined;
type Message = { content?: unknown; reasoning_content?: unknown; reasoning?: unknown } | null | undefined;

function usageOf(value: unknown): Usage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const count = (key: string): number | undefined => {
    const tokens: unknown = Reflect.get(value, key);
    return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined;
  };
  const promptTokens = count('prompt_tokens');
  const completionTokens = count('completion_tokens');
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  return {
    promptTokens,
    completionTokens,
    totalTokens: count('total_tokens') ?? promptTokens + completionTokens,
  };
}

function contentOf(message: Message): string {
  const content = message?.content;
  if (typeof content === 'string') return content;
  // Some servers send the content as typed parts.
  if (!Array.isArray(content)) return '';
  const texts = content.map((part: { text?: unknown } | null) => part?.text);
  return texts.filter((text) => typeof text === 'string').join('');
}

/** DeepSeek and vLLM call it reasoning_content, OpenRouter and Ollama reasoning; some send the same text in both. */
function reasoningOf(message: Message): string {
  for (const reasoning of [message?.reasoning_content, message?.reasoning]) {
    if (typeof reasoning === 'string' && reasoning !== '') return reasoning;
  }
  return '';
}

function parseFrame(json: string): Frame | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function takeFrame({ progress, output }: BodyState, frame: Frame, json: string): void {
  const choice: Choice = Array.isArray(frame?.choices) ? frame.choices[0] : undefined;
  if (frame?.error || choice?.error || frame?.object === 'error') {
    failBody(progress, 'reported an error', errorMessageOf(choice?.error ? choice : frame) ?? json);
    return;
  }
  if (frame?.usage) progress.usage = usageOf(frame.usage) ?? progress.usage;
  if (!choice) return;
  const reason = choice.finish_reason;
  if (typeof reason === 'string' && reason !== '') progress.finishReason = reason;
  const message = (choice.delta ?? choice.message) as Message;
  output.text += contentOf(message);
  output.reasoning += reasoningOf(message);
}

/** A reader of server-sent events. */
export function createStreamReader(): BodyReader {
  return createEventStreamReader((state, data, event) => {
    const { progress } = state;
    if (data === '[DONE]') {
      progress.isDone = true;
      return;
    }
    const frame = parseFrame(data);
    if (event === 'error') failBody(progress, 'reported an error', errorMessageOf(frame) ?? data);
    else if (frame !== undefined) takeFrame(state, frame, data);
    // A connection that was cut inside a frame leaves half a frame: that is a cut, not bad JSON.
    else if (!state.isEnded) failBody(progress, 'sent an event that is not JSON', data);
  });
}

const nothing: ByChannel<string> = { text: '', reasoning: '' };

/** A reader of one plain JSON completion, from a server that does not stream. */
export function createPlainReader(): BodyReader {
  const state = createBodyState();
  const { progress, output } = state;
  const decoder = new TextDecoder();
  let body = '';
  return {
    progress,
    read(bytes) {
      body += decoder.decode(bytes, { stream: true });
      if (body.length > maxFrameLength) failBody(progress, 'sent a completion that is too large');
      return nothing;
    },
    end() {
      body += decoder.decode();
      const frame = parseFrame(body);
      if (frame !== undefined) takeFrame(state, frame, body);
      progress.isDone = output.text !== '' || progress.finishReason !== undefined;
      if (!progress.isDone) failBody(progress, 'sent JSON that is not a completion', body);
      return { text: cleanText(output.text), reasoning: cleanText(output.reasoning) };
    },
  };
}

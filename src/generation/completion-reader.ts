// Reads the body of a chat completion: bytes go in, clean text comes out. It knows the protocol and its
// dialects but no socket. This runs for every token, so a frame is parsed once and narrowed by hand.
import { createParser } from 'eventsource-parser';

/** Tokens as the endpoint counted them. */
export type Usage = { promptTokens: number; completionTokens: number; totalTokens: number };

/** Why a body is no completion. `quoted` is the endpoint's own words, not cleaned and not cut. */
export type BodyFailure = { happened: string; quoted: string | undefined };

export type Progress = {
  finishReason: string | undefined;
  usage: Usage | undefined;
  /** `[DONE]` came, or the one piece of a plain completion: whatever follows is not text. */
  isDone: boolean;
  failure: BodyFailure | undefined;
};

export type CompletionReader = {
  /** Takes the bytes of one network read; returns the text of all frames that they completed, joined. */
  read(bytes: Uint8Array): string;
  /** Takes note that the body ended; returns the text that was held back. */
  end(): string;
  readonly progress: Readonly<Progress>;
};

// What is read of a frame, in any dialect. Every field is unknown until it is narrowed.
type Frame = { choices?: unknown; usage?: unknown; error?: unknown; object?: unknown } | null;
type Choice = { delta?: unknown; message?: unknown; finish_reason?: unknown; error?: unknown } | undefined;
type ContentHolder = { content?: unknown } | null | undefined;

// A larger frame or plain completion is no answer to a chat, and would only fill our memory.
const maxFrameLength = 8 * 1024 * 1024;

/** The message inside an error body or error frame of OpenAI, vLLM, TGI, FastAPI and their like. */
export function errorMessageOf(body: unknown, depth = 0): string | undefined {
  if (typeof body === 'string') return body === '' ? undefined : body;
  // The depth is bounded because a hostile body could otherwise overflow the stack.
  if (typeof body !== 'object' || body === null || depth > 3) return undefined;
  for (const key of ['error', 'message', 'detail']) {
    const message = errorMessageOf(Reflect.get(body, key), depth + 1);
    if (message !== undefined) return message;
  }
  return undefined;
}

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

function contentOf(holder: unknown): string {
  const content = (holder as ContentHolder)?.content;
  if (typeof content === 'string') return content;
  // Some servers send the content as typed parts.
  if (!Array.isArray(content)) return '';
  const texts = content.map((part: { text?: unknown } | null) => part?.text);
  return texts.filter((text) => typeof text === 'string').join('');
}

function fail(progress: Progress, happened: string, quoted?: string): void {
  progress.failure ??= { happened, quoted };
}

function parseFrame(json: string): Frame | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Notes what a frame says, and returns its text. */
function takeFrame(progress: Progress, frame: Frame, json: string): string {
  const choice: Choice = Array.isArray(frame?.choices) ? frame.choices[0] : undefined;
  if (frame?.error || choice?.error || frame?.object === 'error') {
    fail(progress, 'reported an error', errorMessageOf(choice?.error ? choice : frame) ?? json);
    return '';
  }
  if (frame?.usage) progress.usage = usageOf(frame.usage) ?? progress.usage;
  if (!choice) return '';
  const reason = choice.finish_reason;
  if (typeof reason === 'string' && reason !== '') progress.finishReason = reason;
  return contentOf(choice.delta ?? choice.message);
}

// The log is kept in Postgres, which holds neither NUL nor half a surrogate pair. A pair that two frames
// share is given out whole: its first half waits for the second.
function createCleaner(): { clean(text: string): string; rest(): string } {
  let held = '';
  return {
    clean(text) {
      if (text === '') return '';
      let joined = held + text;
      held = '';
      const last = joined.charCodeAt(joined.length - 1);
      if (last >= 0xd800 && last <= 0xdbff) {
        held = joined.slice(-1);
        joined = joined.slice(0, -1);
      }
      return cleanText(joined);
    },
    rest: () => cleanText(held),
  };
}

/** The text with U+FFFD for every NUL and every lone surrogate. */
export function cleanText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\ufffd') : wellFormed;
}

const createProgress = (): Progress => ({
  finishReason: undefined,
  usage: undefined,
  isDone: false,
  failure: undefined,
});

/** A reader of server-sent events. */
export function createStreamReader(): CompletionReader {
  const progress = createProgress();
  const decoder = new TextDecoder();
  const cleaner = createCleaner();
  let text = '';
  let hasEvents = false;
  let isEnded = false;
  const takeEvent = (event: string | undefined, data: string): void => {
    const frame = parseFrame(data);
    if (event === 'error') fail(progress, 'reported an error', errorMessageOf(frame) ?? data);
    else if (frame !== undefined) text += takeFrame(progress, frame, data);
    // A connection that was cut inside a frame leaves half a frame: that is a cut, not bad JSON.
    else if (!isEnded) fail(progress, 'sent an event that is not JSON', data);
  };
  const parser = createParser({
    maxBufferSize: maxFrameLength,
    onEvent({ event, data }) {
      hasEvents = true;
      // Text before a failure is kept and text after it is not: the stream's order is the reply's order.
      if (progress.isDone || progress.failure || data === '') return;
      if (data === '[DONE]') progress.isDone = true;
      else takeEvent(event, data);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') fail(progress, 'sent an event that is too large');
    },
  });
  const feed = (chunk: string): string => {
    text = '';
    // The parser throws when it is fed after it gave up.
    if (!progress.failure && !progress.isDone) parser.feed(chunk);
    return cleaner.clean(text);
  };
  return {
    progress,
    read: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end() {
      isEnded = true;
      // The last event counts even where the server left out the blank line after it.
      const last = feed(`${decoder.decode()}\n\n`);
      if (!hasEvents) fail(progress, 'ended its answer without a single event');
      return last + cleaner.rest();
    },
  };
}

/** A reader of one plain JSON completion, from a server that knows no streaming. */
export function createPlainReader(): CompletionReader {
  const progress = createProgress();
  const decoder = new TextDecoder();
  let body = '';
  return {
    progress,
    read(bytes) {
      body += decoder.decode(bytes, { stream: true });
      if (body.length > maxFrameLength) fail(progress, 'sent a completion that is too large');
      return '';
    },
    end() {
      body += decoder.decode();
      const frame = parseFrame(body);
      const text = frame === undefined ? '' : takeFrame(progress, frame, body);
      progress.isDone = text !== '' || progress.finishReason !== undefined;
      if (!progress.isDone) fail(progress, 'sent JSON that is not a completion', body);
      return cleanText(text);
    },
  };
}

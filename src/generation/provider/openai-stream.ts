// Reads the body of a chat completion: bytes go in, clean text and reasoning come out. It knows the protocol and its
// dialects but no socket. This runs for every token, so a frame is parsed once and narrowed by hand.
import { createParser } from 'eventsource-parser';
import type { ByChannel } from '../produce/live-reply.ts';

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

/** What the model said, of each channel; each may be empty. */
export type Output = ByChannel<string>;

export type CompletionReader = {
  /** Takes the bytes of one network read; returns what is said in all frames that they completed, joined. */
  read(bytes: Uint8Array): Output;
  /** Takes note that the body ended; returns what was held back. */
  end(): Output;
  readonly progress: Readonly<Progress>;
};

// What is read of a frame, in any dialect. Every field is unknown until it is narrowed.
type Frame = { choices?: unknown; usage?: unknown; error?: unknown; object?: unknown } | null;
type Choice = { delta?: unknown; message?: unknown; finish_reason?: unknown; error?: unknown } | undefined;
type Holder = { content?: unknown; reasoning_content?: unknown; reasoning?: unknown } | null | undefined;

/** A body that is being read: `said` grows with each frame. */
type Reading = { progress: Progress; output: { text: string; reasoning: string } };

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

function contentOf(holder: Holder): string {
  const content = holder?.content;
  if (typeof content === 'string') return content;
  // Some servers send the content as typed parts.
  if (!Array.isArray(content)) return '';
  const texts = content.map((part: { text?: unknown } | null) => part?.text);
  return texts.filter((text) => typeof text === 'string').join('');
}

/** DeepSeek and vLLM call it reasoning_content, OpenRouter and Ollama reasoning; some send both, and mean one. */
function reasoningOf(holder: Holder): string {
  for (const reasoning of [holder?.reasoning_content, holder?.reasoning]) {
    if (typeof reasoning === 'string' && reasoning !== '') return reasoning;
  }
  return '';
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

/** Notes what a frame says. */
function takeFrame({ progress, output: said }: Reading, frame: Frame, json: string): void {
  const choice: Choice = Array.isArray(frame?.choices) ? frame.choices[0] : undefined;
  if (frame?.error || choice?.error || frame?.object === 'error') {
    fail(progress, 'reported an error', errorMessageOf(choice?.error ? choice : frame) ?? json);
    return;
  }
  if (frame?.usage) progress.usage = usageOf(frame.usage) ?? progress.usage;
  if (!choice) return;
  const reason = choice.finish_reason;
  if (typeof reason === 'string' && reason !== '') progress.finishReason = reason;
  const holder = (choice.delta ?? choice.message) as Holder;
  said.text += contentOf(holder);
  said.reasoning += reasoningOf(holder);
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

const createReading = (): Reading => ({
  progress: { finishReason: undefined, usage: undefined, isDone: false, failure: undefined },
  output: { text: '', reasoning: '' },
});

/** A reader of server-sent events. */
export function createStreamReader(): CompletionReader {
  const reading = createReading();
  const { progress, output: said } = reading;
  const decoder = new TextDecoder();
  const cleaners = { text: createCleaner(), reasoning: createCleaner() };
  let hasEvents = false;
  let isEnded = false;
  const takeEvent = (event: string | undefined, data: string): void => {
    const frame = parseFrame(data);
    if (event === 'error') fail(progress, 'reported an error', errorMessageOf(frame) ?? data);
    else if (frame !== undefined) takeFrame(reading, frame, data);
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
  const feed = (chunk: string): Output => {
    said.text = '';
    said.reasoning = '';
    // The parser throws when it is fed after it gave up.
    if (!progress.failure && !progress.isDone) parser.feed(chunk);
    return { text: cleaners.text.clean(said.text), reasoning: cleaners.reasoning.clean(said.reasoning) };
  };
  return {
    progress,
    read: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end() {
      isEnded = true;
      // The last event counts even where the server left out the blank line after it.
      const last = feed(`${decoder.decode()}\n\n`);
      if (!hasEvents) fail(progress, 'ended its answer without a single event');
      return {
        text: last.text + cleaners.text.rest(),
        reasoning: last.reasoning + cleaners.reasoning.rest(),
      };
    },
  };
}

const nothing: Output = { text: '', reasoning: '' };

/** A reader of one plain JSON completion, from a server that knows no streaming. */
export function createPlainReader(): CompletionReader {
  const reading = createReading();
  const { progress, output: said } = reading;
  const decoder = new TextDecoder();
  let body = '';
  return {
    progress,
    read(bytes) {
      body += decoder.decode(bytes, { stream: true });
      if (body.length > maxFrameLength) fail(progress, 'sent a completion that is too large');
      return nothing;
    },
    end() {
      body += decoder.decode();
      const frame = parseFrame(body);
      if (frame !== undefined) takeFrame(reading, frame, body);
      progress.isDone = said.text !== '' || progress.finishReason !== undefined;
      if (!progress.isDone) fail(progress, 'sent JSON that is not a completion', body);
      return { text: cleanText(said.text), reasoning: cleanText(said.reasoning) };
    },
  };
}

// What a scripted model does, step by step, and the functions that build those steps.

/** One thing that the server does. Build steps with the functions below. */
export type Step =
  | { kind: 'head'; status: number; headers: Record<string, string> }
  | { kind: 'chunk'; bytes: string | Uint8Array }
  | { kind: 'wait'; until: Promise<unknown> | (() => Promise<unknown>) }
  | { kind: 'cut' }
  | { kind: 'hang' }
  | { kind: 'endless'; text: string; count: number; intervalMs: number };

/** Played from first to last; then the answer ends well. Without a `head` it is a 200 event stream. */
export type Script = readonly Step[];

/** A promise that a test settles by hand: `wait(gate.opened)` holds a script until `gate.open()`. */
export function createGate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Status and headers, sent at once. */
export const head = (status: number, headers: Record<string, string> = {}): Step => ({
  kind: 'head',
  status,
  headers,
});
/** Bytes as they are, in a packet of their own where the network allows. */
export const chunk = (bytes: string | Uint8Array): Step => ({ kind: 'chunk', bytes });
/** An event with this data: JSON, or a string as it is. */
export const event = (data: unknown): Step =>
  chunk(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
/** A token of the reply. */
export const delta = (content: string | null): Step => event(frame({ delta: { content } }));
/** A token of what the model thinks. */
export const thought = (reasoning_content: string): Step => event(frame({ delta: { reasoning_content } }));
export const finish = (reason = 'stop'): Step => event(frame({ delta: {}, finish_reason: reason }));
/** The usage event, which has no choices. */
export const usage = (promptTokens: number, completionTokens: number): Step =>
  event({
    ...frame({}),
    choices: [],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  });
export const done: Step = event('[DONE]');
/** An error object in the middle of the stream. */
export const failure = (message: string): Step => event({ error: { message, type: 'server_error' } });
/** Holds the script until the promise settles; a function is called when the script gets there. */
export const wait = (until: Promise<unknown> | (() => Promise<unknown>)): Step => ({ kind: 'wait', until });
/** Destroys the socket. */
export const cut: Step = { kind: 'cut' };
/** Sends nothing more and keeps the socket open, until the client or stop() closes it. */
export const hang: Step = { kind: 'hang' };
/** The same token `count` times: each `intervalMs`, without drift; or, at 0, as fast as the client reads. */
export const endlessText = (options: { text: string; count: number; intervalMs?: number }): Step => ({
  kind: 'endless',
  intervalMs: 0,
  ...options,
});
/** A whole and well-formed streamed reply of these tokens. */
export const reply = (...tokens: string[]): Script => [
  ...tokens.map(delta),
  finish(),
  usage(10, tokens.length),
  done,
];
/** A refusal with an error body as OpenAI sends it. */
export const refusal = (status: number, message: string, headers: Record<string, string> = {}): Script => [
  head(status, { 'content-type': 'application/json', ...headers }),
  chunk(JSON.stringify({ error: { message, type: 'scripted', code: null } })),
];

/** An event of a stream, with this in its only choice. */
export function frame(choice: Record<string, unknown>): Record<string, unknown> {
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'scripted',
    choices: [{ index: 0, finish_reason: null, ...choice }],
  };
}

// What the rest of the application knows of a model endpoint, whichever protocol it speaks.
// Nothing here names a protocol: each one is an implementation of ModelClient.

/** What a model writes: the reply itself, or its reasoning on the way there. Readers get them in this order. */
export const channels = ['reasoning', 'text'] as const;
export type Channel = (typeof channels)[number];

/** One value for each channel, such as its text or a text offset. */
export type ByChannel<Value> = Readonly<Record<Channel, Value>>;

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/** A parameter that is not set is not sent, so that the endpoint's own default holds. */
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
  /** Called before each network read with what to wait for, so that the read returns more at once. */
  beforeRead?: () => Promise<void> | undefined;
};

/** Token counts, as the endpoint reports them. */
export type Usage = { promptTokens: number; completionTokens: number; totalTokens: number };

/** How a reply ended. A part that the endpoint did not report is undefined. */
export type ModelResult = { finishReason: string | undefined; usage: Usage | undefined };

/** Receives a piece of the reply: never empty, without NUL, and without half of a surrogate pair. */
export type OnPiece = (channel: Channel, piece: string) => void;

export type ModelClient = {
  /**
   * Asks for one reply. `onPiece` gets the pieces of each channel in order, one for each network read. An error that it
   * throws ends the request and is rethrown unchanged.
   * @throws AppError UPSTREAM_FAILED for every failure of the endpoint
   * @throws the reason of `request.signal` when that aborts; the upstream socket is closed at once
   */
  generate(request: ModelRequest, onPiece: OnPiece): Promise<ModelResult>;
};

export type ModelClientOptions = {
  /** The address below which the routes of the protocol are. */
  baseUrl: string;
  apiKey: string | undefined;
  /** Time limit until the headers of the answer, retries and their pauses included. */
  timeoutMs: number;
  /** Maximum silence in an answer that has started. Comments and keep-alives are not text, but they end a silence. */
  idleTimeoutMs: number;
};

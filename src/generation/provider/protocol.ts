// What a protocol implements: how a request is sent, and how the bytes of an answer become text.
// Time limits, retries, sockets and the wording of failures are the same for all protocols and not its concern.
import type { ByChannel, Channel, ModelRequest, Usage } from './provider.ts';
import type { Failure } from './retry-budget.ts';

/** Why a body is not a reply. `quoted` is the endpoint's own message, neither cleaned nor shortened. */
export type BodyFailure = { happened: string; quoted: string | undefined };

export type BodyProgress = {
  finishReason: string | undefined;
  usage: Usage | undefined;
  /** The protocol's end mark has arrived: what follows is not text. */
  isDone: boolean;
  failure: BodyFailure | undefined;
};

/** A body that is being read. */
export type BodyState = {
  progress: BodyProgress;
  /** What the current read has produced so far, not cleaned. */
  output: Record<Channel, string>;
  /** The endpoint has sent everything: a message that is incomplete now was cut off. */
  isEnded: boolean;
};

/** Turns the bytes of one body into clean text. It runs for every token, and knows no socket. */
export type BodyReader = {
  /** Takes the bytes of one network read; returns the text of everything that they complete, joined. */
  read(bytes: Uint8Array): ByChannel<string>;
  /** Called once, at the end of the body; returns what was held back. */
  end(): ByChannel<string>;
  readonly progress: Readonly<BodyProgress>;
};

/** One request to the endpoint, with all its attempts. */
export type Exchange = {
  /** Aborts when the caller's signal does, or when time is up. */
  readonly signal: AbortSignal;
  /** What a protocol sends with, directly or through a package: it follows no redirect and records what went wrong. */
  readonly fetch: typeof fetch;
  /** Resolves with the answer, whose body is still unread, or with what went wrong. @param send uses `fetch` */
  attempt(send: () => Promise<Response>): Promise<Response | Failure>;
};

export type ModelProtocol = {
  /** Advice for an address where something else answers, such as a web page. */
  readonly baseUrlAdvice: string;
  /** Makes one attempt; a second one, in a simpler form, if the endpoint refuses a part that the reply can do without. */
  ask(exchange: Exchange, request: ModelRequest): Promise<Response | Failure>;
  createBodyReader(contentType: string): BodyReader;
};

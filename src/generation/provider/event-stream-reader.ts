// Reads a body of server-sent events, in any protocol: splits the bytes into events, hands each to the protocol, and
// cleans the text that comes of it. Text before a failure is kept, text after it is not.
import { createParser } from 'eventsource-parser';
import { createTextCleaner } from './clean-text.ts';
import type { BodyProgress, BodyReader, BodyState } from './protocol.ts';
import type { ByChannel } from './provider.ts';

/** A larger event or body is not an answer to a chat, and would only fill our memory. */
export const maxFrameLength = 8 * 1024 * 1024;

export function createBodyState(): BodyState {
  return {
    progress: { finishReason: undefined, usage: undefined, isDone: false, failure: undefined },
    output: { text: '', reasoning: '' },
    isEnded: false,
  };
}

/** Records a failure; the first one counts. */
export function failBody(progress: BodyProgress, happened: string, quoted?: string): void {
  progress.failure ??= { happened, quoted };
}

/** @param takeEvent adds what an event says to the state; called for each event with data, until one ends the reply */
export function createEventStreamReader(
  takeEvent: (state: BodyState, data: string, event: string | undefined) => void,
): BodyReader {
  const state = createBodyState();
  const { progress, output } = state;
  const decoder = new TextDecoder();
  const cleaners = { text: createTextCleaner(), reasoning: createTextCleaner() };
  let hasEvents = false;
  const parser = createParser({
    maxBufferSize: maxFrameLength,
    onEvent({ event, data }) {
      hasEvents = true;
      if (!progress.isDone && !progress.failure && data !== '') takeEvent(state, data, event);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') failBody(progress, 'sent an event that is too large');
    },
  });
  const feed = (chunk: string): ByChannel<string> => {
    output.text = '';
    output.reasoning = '';
    // The parser throws when it is fed after it gave up.
    if (!progress.failure && !progress.isDone) parser.feed(chunk);
    return { text: cleaners.text.clean(output.text), reasoning: cleaners.reasoning.clean(output.reasoning) };
  };
  return {
    progress,
    read: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end() {
      state.isEnded = true;
      // The last event counts even if the server left out the blank line after it.
      const last = feed(`${decoder.decode()}\n\n`);
      if (!hasEvents) failBody(progress, 'ended its answer without a single event');
      return {
        text: last.text + cleaners.text.end(),
        reasoning: last.reasoning + cleaners.reasoning.end(),
      };
    },
  };
}

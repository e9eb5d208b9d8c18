// The text of scripted replies, by token, and its frames. All tokens and frames have one length, so that a number of
// characters or bytes can be converted into a number of tokens.

/** Characters in a token. */
export const tokenLength = 5;

const tokenAt = (index: number): string => ` ${(index % 1_679_616).toString(36).padStart(4, '0')}`;

const frameOf = (choice: unknown): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'bench',
    choices: [choice],
  })}\n\n`;

const tokenFrame = (token: string): string =>
  frameOf({ index: 0, delta: { content: token }, finish_reason: null });

/** Bytes in the frame of one token. */
export const frameLength = tokenFrame(tokenAt(0)).length;

export function textOf(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => tokenAt(index)).join('');
}

/** The frames of all tokens, one after the other, and the end of the stream. */
export function renderBody(tokens: number): { frames: Buffer; end: Buffer } {
  const frames = Array.from({ length: tokens }, (_, index) => tokenFrame(tokenAt(index)));
  const end = `${frameOf({ index: 0, delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;
  return { frames: Buffer.from(frames.join('')), end: Buffer.from(end) };
}

/** This machine's clock in milliseconds, the same in every process and finer than Date.now(). */
export function instant(): number {
  return performance.timeOrigin + performance.now();
}

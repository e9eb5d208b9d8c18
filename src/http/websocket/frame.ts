// A text message of the WebSocket protocol as a server puts it on the wire: whole, unmasked, in one frame.
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2

/**
 * Bytes as a string of characters up to U+00FF ('latin1'). Of what waits for a slow reader it keeps the bytes alone;
 * a small Buffer keeps the whole pool that it was cut from.
 */
export type Bytes = string;

export function toBytes(text: string): Bytes {
  return Buffer.from(text).toString('latin1');
}

const finalText = 0x81;

/** @param message in UTF-8 */
export function textFrame(message: Bytes): Bytes {
  const { length } = message;
  if (length < 126) return String.fromCharCode(finalText, length) + message;
  if (length < 65_536) return String.fromCharCode(finalText, 126, length >> 8, length & 255) + message;
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(length));
  return String.fromCharCode(finalText, 127, ...long) + message;
}

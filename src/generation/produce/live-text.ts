// A growing text in memory: the text of one running reply, or its reasoning. A reader holds nothing but a text offset
// (in UTF-16 code units), so a slow reader costs no memory here.

export type LiveText = {
  /** UTF-16 code units so far. */
  readonly length: number;
  /** The text must not end in half of a surrogate pair. */
  append(text: string): void;
  /** The text from an offset on: at most `maxLength` code units, never half of a surrogate pair at its end. */
  read(after: number, maxLength: number): string;
  whole(): string;
};

/** Cuts a text to a length without leaving half of a surrogate pair at its end. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? maxLength - 1 : maxLength);
}

export function createLiveText(): LiveText {
  const pieces: string[] = [];
  /** The offset at which each piece starts. Joining the pieces at each read would take quadratic time. */
  const starts: number[] = [];
  let length = 0;

  /** The index of the piece that contains the offset. Tries the last piece first: most readers are at the newest text. */
  function pieceAt(offset: number): number {
    let low = 0;
    let high = starts.length - 1;
    if (offset >= (starts[high] ?? 0)) return high;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    get length() {
      return length;
    },
    append(text) {
      starts.push(length);
      pieces.push(text);
      length += text.length;
    },
    read(after, maxLength) {
      if (after >= length) return '';
      const first = pieceAt(after);
      let text = (pieces[first] ?? '').slice(after - (starts[first] ?? 0));
      for (let index = first + 1; index < pieces.length && text.length < maxLength; index += 1) {
        text += pieces[index] ?? '';
      }
      return cutText(text, maxLength);
    },
    whole: () => pieces.join(''),
  };
}

// Makes what a model sends storable: Postgres holds neither NUL nor half of a surrogate pair.

/** The text with U+FFFD for every NUL and every unpaired surrogate. */
export function cleanText(text: string): string {
  const wellFormed = text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\ufffd') : wellFormed;
}

export type TextCleaner = {
  clean(text: string): string;
  /** What is still held back, at the end of the text. */
  end(): string;
};

/** A surrogate pair that is split over two pieces comes out whole: its first half waits for the second. */
export function createTextCleaner(): TextCleaner {
  let firstHalf = '';
  return {
    clean(text) {
      if (text === '') return '';
      let joined = firstHalf + text;
      firstHalf = '';
      const last = joined.charCodeAt(joined.length - 1);
      if (last >= 0xd800 && last <= 0xdbff) {
        firstHalf = joined.slice(-1);
        joined = joined.slice(0, -1);
      }
      return cleanText(joined);
    },
    end: () => cleanText(firstHalf),
  };
}

// Replaces personal data and keys by typed placeholders; equal values get the same placeholder within a conversation.
// The detector of @arcjet/redact-wasm finds personal data, regular expressions find keys and card numbers.
import type { initializeWasm } from '@arcjet/redact-wasm';

type Detector = NonNullable<Awaited<ReturnType<typeof initializeWasm>>>;

/** Redacts the texts of one conversation. */
export type Redactor = { redact(text: string): Promise<string> };

type Match = { kind: string; from: number; to: number };

const detectorOptions = { contextWindowSize: 1, skipCustomDetect: true, skipCustomRedact: true };
const kindsByTag: Record<string, string> = {
  email: 'EMAIL',
  'phone-number': 'PHONE',
  'credit-card-number': 'CARD',
  'ip-address': 'IP',
};

/** Keys of known vendors, private keys, and long words that mix letters and digits as only random ones do. */
const keyPatterns = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:sk|pk|rk)[-_][\w-]{16,}|\b(?:gh[pousr]_|github_pat_|glpat-|hf_|npm_|xox[abeoprs]-|pypi-)[\w-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z\d]{16}\b|\bAIza[\w-]{30,}/g,
  /\b(?=[A-Za-z_]*\d)(?=[A-Z\d_]*[a-z])(?=[a-z\d_]*[A-Z])[A-Za-z\d_]{32,}={0,2}/g,
  /\b(?=[a-f\d]*\d)(?=[a-f\d]*[a-f])[a-f\d]{32,}\b/gi,
];

/** 13 to 19 digits, with single spaces or dashes between them. */
const cardPattern = /(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])/g;

/**
 * The detector finds something only in lines that match, and takes a hundred times as long as this test. Personal
 * numbers have six digits or more, with nothing but signs between them; IP addresses may have fewer.
 */
const mayBePersonal = /@|\d(?:[^\p{L}\d]{0,6}\d){5}|\d\.\d+\.\d+\.\d|[\da-f]?:[\da-f]*:/iu;
/** The detector misses addresses within them. Replaced one for one, so that positions stay the same. */
const brackets = /[<>()[\]{}"'`,;|]/g;
/** The detector misses numbers that contain them. */
const signsInNumbers = /(?<=\d)-(?=\d)|:(?=\+?\d)/g;

/** An instance takes a millisecond and memory of its own: all redactors share one, which the first of them opens. */
let detector: Promise<Detector> | undefined;

async function openDetector(): Promise<Detector> {
  const { initializeWasm } = await import('@arcjet/redact-wasm');
  const opened = await initializeWasm(
    () => [],
    () => undefined,
  );
  if (opened === undefined) throw new Error('The detector of personal data needs WebAssembly.');
  return opened;
}

async function detectIn(line: string, offset: number): Promise<Match[]> {
  detector ??= openDetector();
  const { redact } = await detector;
  return redact(line, detectorOptions).flatMap(({ identifiedType: { tag }, original }) => {
    const matches: Match[] = [];
    for (let at = line.indexOf(original); at !== -1; at = line.indexOf(original, at + 1)) {
      const from = offset + at;
      matches.push({ kind: kindsByTag[tag] ?? 'PRIVATE', from, to: from + original.length });
    }
    return matches;
  });
}

/** What the detector finds in a line as it is, without brackets, and without signs within numbers. */
async function findPersonal(line: string, offset: number): Promise<Match[]> {
  if (!mayBePersonal.test(line)) return [];
  const bare = line.replace(brackets, ' ');
  const variants = new Set([line, bare, bare.replace(signsInNumbers, ' ')]);
  return (await Promise.all([...variants].map((variant) => detectIn(variant, offset)))).flat();
}

function findKeys(text: string): Match[] {
  return keyPatterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ index, 0: key }) => ({
      kind: 'KEY',
      from: index,
      to: index + key.length,
    })),
  );
}

/** Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B). */
function isLuhnValid(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The detector misses whole ranges of card numbers, such as those that begin with 53 to 55. */
function findCards(text: string): Match[] {
  return [...text.matchAll(cardPattern)].flatMap(({ index, 0: card }) =>
    isLuhnValid(card.replace(/\D/g, '')) ? [{ kind: 'CARD', from: index, to: index + card.length }] : [],
  );
}

async function findAll(text: string): Promise<Match[]> {
  const matches = [...findKeys(text), ...findCards(text)];
  let offset = 0;
  for (const line of text.split('\n')) {
    matches.push(...(await findPersonal(line, offset)));
    offset += line.length + 1;
  }
  return matches.sort((a, b) => a.from - b.from || b.to - a.to);
}

export function createRedactor(): Redactor {
  const placeholders = new Map<string, string>();
  const counts = new Map<string, number>();
  const redactedTexts = new Map<string, string>();

  const placeholderOf = (kind: string, secret: string): string => {
    const key = `${kind} ${secret}`;
    const existing = placeholders.get(key);
    if (existing !== undefined) return existing;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const placeholder = `[${kind}_${count}]`;
    placeholders.set(key, placeholder);
    return placeholder;
  };

  async function replaceIn(text: string): Promise<string> {
    let redacted = '';
    let end = 0;
    for (const { kind, from, to } of await findAll(text)) {
      // All of overlapping matches are removed; the first and longest of them decides the kind.
      if (to <= end) continue;
      redacted += from < end ? '' : text.slice(end, from) + placeholderOf(kind, text.slice(from, to));
      end = to;
    }
    return redacted + text.slice(end);
  }

  return {
    async redact(text) {
      const cached = redactedTexts.get(text);
      if (cached !== undefined) return cached;
      const redacted = await replaceIn(text);
      redactedTexts.set(text, redacted);
      return redacted;
    },
  };
}

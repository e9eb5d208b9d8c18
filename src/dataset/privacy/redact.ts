// Replaces what tells of a person, or opens a door, by typed placeholders: the same for the same within a
// conversation. People's data is found by the detector of @arcjet/redact-wasm, keys by how they look.
import type { initializeWasm } from '@arcjet/redact-wasm';

type Root = NonNullable<Awaited<ReturnType<typeof initializeWasm>>>;

/** The placeholders of one conversation. */
export type Redactor = { redact(text: string): Promise<string> };

type Found = { kind: string; from: number; to: number };

const detection = { contextWindowSize: 1, skipCustomDetect: true, skipCustomRedact: true };
const kinds: Record<string, string> = {
  email: 'EMAIL',
  'phone-number': 'PHONE',
  'credit-card-number': 'CARD',
  'ip-address': 'IP',
};

/** Keys of known makers, private keys, and long words that mix letters and digits as only random ones do. */
const keyForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:sk|pk|rk)[-_][\w-]{16,}|\b(?:gh[pousr]_|github_pat_|glpat-|hf_|npm_|xox[abeoprs]-|pypi-)[\w-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z\d]{16}\b|\bAIza[\w-]{30,}/g,
  /\b(?=[A-Za-z_]*\d)(?=[A-Z\d_]*[a-z])(?=[a-z\d_]*[A-Z])[A-Za-z\d_]{32,}={0,2}/g,
  /\b(?=[a-f\d]*\d)(?=[a-f\d]*[a-f])[a-f\d]{32,}\b/gi,
];

/** 13 to 19 digits, with single spaces or dashes between them. */
const cardForm = /(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])/g;

/**
 * Only such a line can hold what the detector finds; to ask it takes a hundred times as long. Numbers of people have
 * six digits or more, with nothing but signs between them; addresses of machines may have fewer.
 */
const candidate = /@|\d(?:[^\p{L}\d]{0,6}\d){5}|\d\.\d+\.\d+\.\d|[\da-f]?:[\da-f]*:/iu;
/** Around addresses, and unknown to the detector. The same length, so that places stay. */
const brackets = /[<>()[\]{}"'`,;|]/g;
/** They hide numbers from it. */
const signsInNumbers = /(?<=\d)-(?=\d)|:(?=\+?\d)/g;

/** An instance of the detector takes a millisecond, and memory of its own: one serves all, once it is asked for. */
let detector: Promise<Root> | undefined;

async function openDetector(): Promise<Root> {
  const { initializeWasm } = await import('@arcjet/redact-wasm');
  const opened = await initializeWasm(
    () => [],
    () => undefined,
  );
  if (opened === undefined) throw new Error('The detector of personal data needs WebAssembly.');
  return opened;
}

async function findIn(line: string, offset: number): Promise<Found[]> {
  detector ??= openDetector();
  const { redact } = await detector;
  return redact(line, detection).flatMap(({ identifiedType: { tag }, original }) => {
    const found: Found[] = [];
    for (let from = line.indexOf(original); from !== -1; from = line.indexOf(original, from + 1)) {
      found.push({ kind: kinds[tag] ?? 'PRIVATE', from: offset + from, to: offset + from + original.length });
    }
    return found;
  });
}

/** What the detector says of a line as it stands, without brackets, and with cards and numbers in one piece. */
async function findPersonal(line: string, offset: number): Promise<Found[]> {
  if (!candidate.test(line)) return [];
  const bare = line.replace(brackets, ' ');
  const forms = new Set([line, bare, bare.replace(signsInNumbers, ' ')]);
  return (await Promise.all([...forms].map((form) => findIn(form, offset)))).flat();
}

function findKeys(text: string): Found[] {
  return keyForms.flatMap((form) =>
    [...text.matchAll(form)].map(({ index, 0: key }) => ({
      kind: 'KEY',
      from: index,
      to: index + key.length,
    })),
  );
}

/** Whether the last of the digits checks the others (ISO/IEC 7812-1, annex B). */
function isLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The detector leaves out whole ranges of them, such as 53 to 55. */
function findCards(text: string): Found[] {
  return [...text.matchAll(cardForm)].flatMap(({ index, 0: card }) =>
    isLuhn(card.replace(/\D/g, '')) ? [{ kind: 'CARD', from: index, to: index + card.length }] : [],
  );
}

async function findAll(text: string): Promise<Found[]> {
  const found = [...findKeys(text), ...findCards(text)];
  let offset = 0;
  for (const line of text.split('\n')) {
    found.push(...(await findPersonal(line, offset)));
    offset += line.length + 1;
  }
  return found.sort((a, b) => a.from - b.from || b.to - a.to);
}

export function createRedactor(): Redactor {
  const placeholders = new Map<string, string>();
  const counts = new Map<string, number>();
  const known = new Map<string, string>();

  const placeholderOf = (kind: string, secret: string): string => {
    const key = `${kind} ${secret}`;
    const given = placeholders.get(key);
    if (given !== undefined) return given;
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
      // Of findings that overlap, the first and longest tells the kind, and all of them go.
      if (to <= end) continue;
      redacted += from < end ? '' : text.slice(end, from) + placeholderOf(kind, text.slice(from, to));
      end = to;
    }
    return redacted + text.slice(end);
  }

  return {
    async redact(text) {
      const before = known.get(text);
      if (before !== undefined) return before;
      const redacted = await replaceIn(text);
      known.set(text, redacted);
      return redacted;
    },
  };
}

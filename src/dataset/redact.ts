// Replaces what tells of a person, or opens a door, by typed placeholders: the same for the same within a
// conversation. People's data is found by the detector of @arcjet/redact, keys by how they look.

/** The placeholders of one conversation. */
export type Redactor = { redact(text: string): Promise<string> };

type Found = { kind: string; from: number; to: number };

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

/**
 * Only such a line can hold what the detector finds; to ask it takes a thousand times as long. Numbers of people have
 * six digits or more, with nothing but signs between them; addresses of machines may have fewer.
 */
const candidate = /@|\d(?:[^\p{L}\d]{0,6}\d){5}|\d\.\d+\.\d+\.\d|[\da-f]?:[\da-f]*:/iu;
/** Around addresses, and unknown to the detector. The same length, so that places stay. */
const brackets = /[<>()[\]{}"'`,;|]/g;
const dashBetweenDigits = /(?<=\d)-(?=\d)/g;

async function findIn(line: string, offset: number): Promise<Found[]> {
  // Only where it is asked for: the detector takes memory of its own.
  const { redact: detect } = await import('@arcjet/redact');
  const found: Found[] = [];
  await detect(line, {
    replace(kind, plaintext) {
      for (let from = line.indexOf(plaintext); from !== -1; from = line.indexOf(plaintext, from + 1)) {
        found.push({
          kind: kinds[kind] ?? 'PRIVATE',
          from: offset + from,
          to: offset + from + plaintext.length,
        });
      }
      return undefined;
    },
  });
  return found;
}

/** What the detector says of a line as it stands, without brackets, and with cards and numbers in one piece. */
async function findPersonal(line: string, offset: number): Promise<Found[]> {
  if (!candidate.test(line)) return [];
  const bare = line.replace(brackets, ' ');
  const forms = new Set([line, bare, bare.replace(dashBetweenDigits, ' ')]);
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

async function findAll(text: string): Promise<Found[]> {
  const found = findKeys(text);
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

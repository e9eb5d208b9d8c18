// Redacting texts, replacing usernames, and doing both in a record.
import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../../src/dataset/export/recipe.ts';
import { createNames } from '../../../src/dataset/privacy/pseudonyms.ts';
import { createRedactor } from '../../../src/dataset/privacy/redact.ts';
import { withoutPrivate } from '../../../src/dataset/privacy/scrub.ts';

const redact = (text: string) => createRedactor().redact(text);

describe('redaction', () => {
  it.each([
    ['an e-mail address', 'Write to ada@example.org today.', 'Write to [EMAIL_1] today.'],
    ['an address in brackets', 'Ada <ada@example.org>, Bob', 'Ada <[EMAIL_1]>, Bob'],
    ['a card number', 'Pay with 4242424242424242 now', 'Pay with [CARD_1] now'],
    ['a card number with dashes', 'Pay with 4242-4242-4242-4242 now', 'Pay with [CARD_1] now'],
    ...['5555 5555 5555 4444', '5500-0000-0000-0004', '5424000000000015', '378282246310005'].map(
      (card): [string, string, string] => [
        `the card ${card}`,
        `Pay with ${card}, now`,
        'Pay with [CARD_1], now',
      ],
    ),
    ['an IP address', 'from 192.168.0.17 to', 'from [IP_1] to'],
    ['a key of OpenAI', 'key: sk-abcdefghijklmnop1234567890', 'key: [KEY_1]'],
    ['a key of AWS', 'AKIAIOSFODNN7EXAMPLE is mine', '[KEY_1] is mine'],
    ['a token of GitHub', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[KEY_1]'],
    [
      'a private key',
      'a\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nb',
      'a\n[KEY_1]\nb',
    ],
  ])('replaces %s', async (_name, text, redacted) => {
    expect(await redact(text)).toBe(redacted);
  });

  it('replaces a phone number', async () => {
    expect(await redact('call 415-555-2671 today')).toBe('call [PHONE_1] today');
    expect(await redact('tel:0660-123 45 67')).toBe('tel:[PHONE_1]');
  });

  it.each([
    'There are 3 r in strawberry.',
    'In 1984 and 2026',
    '5 @ 3 each',
    'version 1.2.3',
    '10:30 – 11:45',
    'invoice 5555555555554445 of 2026',
    '',
  ])('leaves %j unchanged', async (text) => {
    expect(await redact(text)).toBe(text);
  });

  it('equal values have the same placeholder within a conversation, and numbers restart in the next', async () => {
    const redactor = createRedactor();
    expect(await redactor.redact('ada@example.org and bob@example.org')).toBe('[EMAIL_1] and [EMAIL_2]');
    expect(await redactor.redact('again bob@example.org')).toBe('again [EMAIL_2]');
    expect(await createRedactor().redact('again bob@example.org')).toBe('again [EMAIL_1]');
  });
});

it('scrubbing a record changes all its texts and usernames, but not its ids, labels and roles', async () => {
  const record = {
    id: 'ada@example.org',
    label: true,
    username: 'ada',
    prompt: [{ role: 'user', content: 'I am ada@example.org' }],
    feedback: [
      { username: 'ada', comment: 'to ada@example.org', correction: null, tags: ['ada@example.org'] },
    ],
    metadata: { inner: { from: '192.168.0.17' } },
  };
  const names = createNames(readRecipe({}), undefined)();
  expect(await withoutPrivate(record, { names, redactor: createRedactor() })).toEqual({
    id: 'ada@example.org',
    label: true,
    username: 'user-1',
    prompt: [{ role: 'user', content: 'I am [EMAIL_1]' }],
    feedback: [{ username: 'user-1', comment: 'to [EMAIL_1]', correction: null, tags: ['[EMAIL_1]'] }],
    metadata: { inner: { from: '[IP_1]' } },
  });
});

it('hashes of usernames depend only on the key and the username', () => {
  const hashOf = (name: string, key: string) => createNames(readRecipe({ pseudonymise: true }), key)()(name);
  const [key, other] = ['k'.repeat(32), 'o'.repeat(32)];
  expect(hashOf('ada', key)).toBe(hashOf('ada', key));
  expect(hashOf('ada', key)).not.toBe(hashOf('bob', key));
  expect(hashOf('ada', key)).not.toBe(hashOf('ada', other));
  expect(hashOf('ada', key)).not.toContain('ada');
});

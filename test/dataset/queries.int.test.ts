// datasetPreview and datasetSummary, as clients ask for them.
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { addRatedLog, type RatedLog } from '../support/rated-log.ts';

const secret = 'a secret of no less than 32 characters';
let test: TestApp;
let log: RatedLog;
let tokens: { analyst: string; user: string };
const tokenOf = (role: string) =>
  new SignJWT({ sub: 'ada', roles: [role] })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret, PSEUDONYM_KEY: 'k'.repeat(32) });
  tokens = { analyst: await tokenOf('ANALYST'), user: await tokenOf('USER') };
  log = await addRatedLog(test.database.client, 'rated');
});
afterAll(() => test.stop());

type Filter = operations.DatasetFilter;
const preview = async (format: operations.DatasetFormat, filter: Filter = {}, first?: number) => {
  const variables = { format, filter: { topic: 'rated', ...filter }, ...(first && { first }) };
  return (await test.as(tokens.analyst).run(operations.DatasetPreviewDocument, variables)).datasetPreview;
};
const summary = async (format: operations.DatasetFormat, filter: Filter = {}) => {
  const variables = { format, filter: { topic: 'rated', ...filter } };
  return (await test.as(tokens.analyst).run(operations.DatasetSummaryDocument, variables)).datasetSummary;
};

describe('datasetPreview', () => {
  it('shows the first records, and whether there are more', async () => {
    expect(await preview('DPO', {}, 1)).toEqual({
      asOf: 17,
      hasMore: true,
      records: [
        {
          prompt: [{ role: 'user', content: 'How many r are in strawberry?' }],
          chosen: [{ role: 'assistant', content: 'Three.' }],
          rejected: [{ role: 'assistant', content: 'Eleven.' }],
        },
      ],
    });
    expect(await preview('DPO', {}, 3)).toMatchObject({ hasMore: false, records: { length: 3 } });
  });

  it('takes every setting of a filter', async () => {
    const filter = {
      ...{ asOf: 17, models: ['zephyr'], from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' },
      ...{ sources: ['END_USER' as const], tags: ['wrong'], minRaters: 1, scoreThreshold: 0.5 },
      ...{ conflict: 'KEEP_ALL' as const, pairs: ['CORRECTION' as const], replies: 'ALL' as const },
      ...{ turns: 'LAST' as const, roles: ['USER' as const, 'ASSISTANT' as const], keepSystem: false },
      ...{ maxCharacters: 1_000, deduplicate: true, includeStopped: true, redact: true },
      ...{ pseudonymise: true, provenance: true },
    };
    const { records } = await preview('DPO', filter);
    expect(records).toEqual([
      {
        prompt: [{ role: 'user', content: 'What is the capital of Austria?' }],
        chosen: [{ role: 'assistant', content: 'Vienna' }],
        rejected: [{ role: 'assistant', content: 'Graz' }],
        provenance: {
          from: 'correction',
          conversation: log.corrected.conversation,
          messages: [log.corrected.replies[0]],
          raters: 1,
          authors: [{ username: expect.stringMatching(/^[\w-]{22}$/), source: 'end_user' }],
        },
      },
    ]);
  });

  it('of a topic without events is empty', async () => {
    expect(await preview('KTO', { topic: 'nothing' })).toEqual({ asOf: null, records: [], hasMore: false });
  });
});

describe('datasetSummary', () => {
  it('counts what would be exported', async () => {
    expect(await summary('KTO')).toEqual({
      asOf: 17,
      isWhole: true,
      conversations: 2,
      messages: 9,
      records: 4,
      tokenEstimate: 44,
      trueLabels: 2,
      falseLabels: 2,
      models: [
        { model: { id: 'zephyr' }, records: 3, share: 0.75 },
        { model: { id: 'other' }, records: 1, share: 0.25 },
      ],
      provenance: [{ name: 'rating', count: 4 }],
      skipped: [],
      conflicts: { found: 1, decided: 1, dropped: 0, keptAll: 0 },
    });
  });

  it('says why something is left out', async () => {
    expect(await summary('KTO', { minRaters: 2, conflict: 'DROP' })).toMatchObject({
      records: 0,
      models: [],
      skipped: [{ name: 'tooFewRaters', count: 3 }],
      conflicts: { found: 1, decided: 0, dropped: 1, keptAll: 0 },
    });
  });
});

describe('both', () => {
  it.each([
    ['an offset beyond the end', { asOf: 18 }, 'as-of 18 is beyond the end of topic rated'],
    ['a topic that is none', { topic: 'no topic' }, 'no topic'],
    ['a threshold above 1', { scoreThreshold: 1.5 }, 'must be a number from 0 to 1'],
    ['no models', { models: [] }, 'models []'],
  ])('refuse %s', async (_name, filter, says) => {
    await expect(preview('KTO', filter)).rejects.toThrow(says);
    await expect(summary('KTO', filter)).rejects.toThrow(says);
  });

  it('refuse who may not read everything', async () => {
    const user = test.as(tokens.user);
    const variables = { format: 'KTO' as const, filter: { topic: 'rated' } };
    const refusal = /Only the roles ANALYST/;
    await expect(user.run(operations.DatasetPreviewDocument, variables)).rejects.toThrow(refusal);
    await expect(user.run(operations.DatasetSummaryDocument, variables)).rejects.toThrow(refusal);
  });

  it.each([0, 101])('refuse a page of %i', async (first) => {
    const variables = { format: 'KTO' as const, first };
    const asked = test.as(tokens.analyst).run(operations.DatasetPreviewDocument, variables);
    await expect(asked).rejects.toThrow('give 1 to 100');
  });
});

// The effect of each event on a snapshot.
import { fold } from 'afterword/fold';
import { describe, expect, it } from 'vitest';
import { begun, changed, foldAll, replied, said, type Told } from '../../support/told.ts';

const feedbackAfter = (...changes: Record<string, unknown>[]) =>
  foldAll(begun, replied('r'), ...changes.map((fields) => changed('r', fields))).messages[0]?.feedback;

const noon = new Date('2026-11-23T12:00:00Z');
const byAda = {
  username: 'ada',
  source: 'end_user',
  rating: null,
  score: null,
  comment: null,
  tags: [],
  correction: null,
  preferredOver: [],
  tiedWith: [],
  createdAt: noon,
  updatedAt: noon,
};

describe('a conversation', () => {
  it('without events is undefined', () => {
    expect(fold([])).toBeUndefined();
  });

  it('that was just started has its required fields and defaults', () => {
    expect(foldAll(begun)).toEqual({
      id: 'c',
      topic: 't',
      model: { id: 'zephyr', metadata: {} },
      username: 'ada',
      title: null,
      metadata: {},
      offset: 10,
      version: 1,
      startedAt: noon,
      endedAt: null,
      feedback: [],
      messages: [],
    });
  });

  it('has its given title, metadata and time, and the offset and version of its newest event', () => {
    // A key that an assignment would take for the prototype; parsed JSON may contain it.
    const metadata = JSON.parse('{"experiment": {"arms": [1, null]}, "__proto__": 1}');
    const payload = {
      ...begun[1],
      model: { id: 'zephyr', metadata },
      title: 'A talk',
      metadata,
      timestamp: '2026-11-20T08:00:00+02:00',
    };
    const snapshot = foldAll(['START_CONVERSATION', payload], said('m'));
    expect(snapshot).toMatchObject({
      title: 'A talk',
      offset: 12,
      version: 2,
      startedAt: new Date('2026-11-20T06:00:00Z'),
    });
    expect(JSON.stringify([snapshot.metadata, snapshot.model.metadata])).toBe(
      JSON.stringify([metadata, metadata]),
    );
  });

  it('with "" as title has none, and one without a username has no owner', () => {
    const { username: _, ...payload } = begun[1];
    expect(foldAll(['START_CONVERSATION', { ...payload, title: '' }])).toMatchObject({
      title: null,
      username: '',
    });
  });

  it('ends when its last event was recorded, or at its timestamp; feedback is still accepted', () => {
    const ended: Told = ['END_CONVERSATION', { id: 'c' }, '2026-11-23T13:00:00Z'];
    const snapshot = foldAll(begun, replied('r'), ended, changed('r', { rating: 'like' }));
    expect(snapshot).toMatchObject({ endedAt: new Date('2026-11-23T13:00:00Z'), version: 4 });
    expect(snapshot.messages[0]?.feedback).toHaveLength(1);
    ended[1] = { id: 'c', timestamp: '2026-11-23T12:30:00Z' };
    expect(foldAll(begun, ended).endedAt).toEqual(new Date('2026-11-23T12:30:00Z'));
  });
});

describe('a message', () => {
  it('is complete by default, and absent fields are null', () => {
    expect(foldAll(begun, said('m')).messages).toEqual([
      {
        id: 'm',
        parentId: null,
        role: 'user',
        content: 'text of m',
        reasoning: null,
        status: 'complete',
        error: null,
        modelId: null,
        parameters: null,
        finishReason: null,
        usage: null,
        timings: null,
        metadata: {},
        createdAt: new Date('2026-11-23T10:00:00Z'),
        feedback: [],
      },
    ]);
  });

  it('that is a reply streams without text, then has all fields of its end', () => {
    const parameters = { temperature: 0.5, max_tokens: 64 };
    const asked = replied('r', {
      content: '',
      status: 'streaming',
      model: 'zephyr',
      parameters,
      metadata: { a: 1 },
    });
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const timings = { first_token_ms: null, total_ms: 9 };
    const result = { status: 'failed', content: 'half', reasoning: 'let me see', error: 'cut' };
    const end = { ...result, finish_reason: 'error', usage, timings };
    const empty = { status: 'streaming', content: '', reasoning: null };
    const before = { ...empty, modelId: 'zephyr', parameters, metadata: { a: 1 } };
    expect(foldAll(begun, asked).messages).toMatchObject([before]);
    expect(foldAll(begun, asked, changed('r', end)).messages).toMatchObject([
      { ...before, ...result, finishReason: 'error', usage, timings },
    ]);
  });

  it('that is a reply may be recorded together with its end', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const timings = { first_token_ms: null, total_ms: 9 };
    const result = {
      status: 'stopped',
      content: 'half',
      reasoning: 'let me see',
      error: 'cut',
      usage,
      timings,
    };
    expect(foldAll(begun, replied('r', { ...result, finish_reason: 'length' })).messages).toMatchObject([
      { ...result, finishReason: 'length' },
    ]);
    expect(foldAll(begun, replied('r', { status: 'stopped', reasoning: '' })).messages).toMatchObject([
      { status: 'stopped', reasoning: null, error: null },
    ]);
  });

  it('has no reasoning if its end has none', () => {
    const asked = replied('r', { content: '', status: 'streaming' });
    for (const fields of [{}, { reasoning: '' }]) {
      const end = { status: 'stopped', content: 'half', ...fields };
      expect(foldAll(begun, asked, changed('r', end)).messages[0]?.reasoning).toBeNull();
    }
  });

  it('keeps its text if its end has none, and takes an empty one', () => {
    const asked = replied('r', { content: 'begun', status: 'streaming' });
    const contentAfter = (fields: Record<string, unknown>) =>
      foldAll(begun, asked, changed('r', { status: 'stopped', ...fields })).messages[0]?.content;
    expect(contentAfter({})).toBe('begun');
    expect(contentAfter({ content: '' })).toBe('');
  });

  it('keeps its position among the messages when it changes', () => {
    const { messages } = foldAll(
      begun,
      replied('a', { status: 'streaming' }),
      said('b', { parent_id: 'a' }),
      changed('a', { status: 'complete' }),
    );
    expect(messages.map(({ id, parentId }) => [id, parentId])).toEqual([
      ['a', null],
      ['b', 'a'],
    ]);
  });
});

describe('feedback', () => {
  it('without a username is by the owner of the conversation, and without a source by an end user', () => {
    expect(feedbackAfter({ rating: 'like' })).toEqual([{ ...byAda, rating: 'like' }]);
    expect(feedbackAfter({ rating: 'like', username: '', source: '' })).toEqual([
      { ...byAda, rating: 'like' },
    ]);
  });

  it('is one record per author and source, in the order of creation', () => {
    const judged = { username: 'ada', source: 'judge', score: 0.25 };
    const records = feedbackAfter({ username: 'zoe', rating: 'like' }, judged, { rating: 'dislike' }, judged);
    expect(records?.map(({ username, source }) => `${username} ${source}`)).toEqual([
      'zoe end_user',
      'ada judge',
      'ada end_user',
    ]);
  });

  it('changes field by field: absent and "" mean unchanged', () => {
    const whole = { rating: 'like', score: 0.5, feedback: 'good', tags: ['short'], correction: 'better' };
    const kept = { rating: 'like', score: 0.5, comment: 'good', tags: ['short'], correction: 'better' };
    expect(feedbackAfter(whole, { rating: 'dislike' })).toEqual([{ ...byAda, ...kept, rating: 'dislike' }]);
    const unset = { rating: '', score: '', feedback: '', tags: '', correction: '' };
    expect(feedbackAfter(whole, unset)).toEqual([{ ...byAda, ...kept }]);
    expect(feedbackAfter(whole, { score: 0, tags: [] })).toEqual([{ ...byAda, ...kept, score: 0, tags: [] }]);
  });

  it('is withdrawn field by field with null, and deleted when nothing is left', () => {
    const given = { rating: 'like', feedback: 'good', tags: ['short'] };
    expect(feedbackAfter(given, { rating: null, tags: null })).toEqual([{ ...byAda, comment: 'good' }]);
    const tags = { ...byAda, tags: ['short'] };
    expect(feedbackAfter(given, { rating: null, feedback: null })).toEqual([tags]);
    expect(feedbackAfter(given, { rating: null, tags: null, feedback: null })).toEqual([]);
    expect(feedbackAfter({ rating: '', feedback: '' })).toEqual([]);
  });

  it('was created at its first event and updated at its newest, also by one that sets nothing', () => {
    const at = (minute: number) => `2026-11-23T12:0${minute}:00Z`;
    const records = (...changes: [fields: Record<string, unknown>, minute: number][]) =>
      foldAll(begun, replied('r'), ...changes.map(([fields, minute]) => changed('r', fields, at(minute))))
        .messages[0]?.feedback;
    expect(records([{ rating: 'like' }, 1], [{ feedback: '' }, 3])).toMatchObject([
      { createdAt: new Date(at(1)), updatedAt: new Date(at(3)) },
    ]);
    expect(records([{ rating: 'like' }, 1], [{ rating: null }, 2], [{ rating: 'like' }, 3])).toMatchObject([
      { createdAt: new Date(at(3)), updatedAt: new Date(at(3)) },
    ]);
  });

  it('was given at the timestamp of its event, if it has one', () => {
    const timestamp = '2026-11-20T08:00:00Z';
    const [first] = feedbackAfter({ rating: 'like', timestamp }, { feedback: 'good' }) ?? [];
    expect(first).toMatchObject({ createdAt: new Date(timestamp) });
    expect(first?.updatedAt).not.toEqual(new Date(timestamp));
  });

  it('is not changed by the end of its reply', () => {
    const later = changed('r', { status: 'stopped', content: 'half' }, '2026-11-23T13:00:00Z');
    const asked = replied('r', { status: 'streaming' });
    expect(foldAll(begun, asked, changed('r', { rating: 'like' }), later).messages).toMatchObject([
      { status: 'stopped', feedback: [{ ...byAda, rating: 'like' }] },
    ]);
  });
});

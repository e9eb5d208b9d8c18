import { expect, it } from 'vitest';
import { summaryOf } from '../../../src/web/log/summary.ts';

it.each([
  [{ rating: 'like', score: 0.5 }, 'rating: like · score: 0.5'],
  [{ rating: null, feedback: '' }, 'rating withdrawn'],
  [{ preferred_over: ['b'], tied_with: [] }, 'preferred over: b'],
  [{ preferred_over: [], tied_with: ['b'] }, 'as good as: b'],
  [{ preferred_over: [], tied_with: [], username: 'ada' }, 'choice withdrawn'],
  [{ tags: [] }, 'withdrawn'],
  [{ status: 'stopped', content: 'Thr' }, 'reply: stopped'],
  [{}, 'said by someone else: hidden from you'],
])('an update in a line: %j', (fields, line) => {
  const payload = { id: 'a', conversation_id: 'c', ...fields };
  expect(summaryOf({ type: 'UPDATE_MESSAGE', payload })).toBe(line);
});

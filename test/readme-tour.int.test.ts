import { expect, it } from 'vitest';
import { startTestApp } from './support/app.ts';
import { walkTour } from './support/tour.ts';

it('the commands of the README print what it promises, the first time and again', async () => {
  const test = await startTestApp({ MODEL_BASE_URL: '', MODELS: '' });
  try {
    const host = test.app.url.replace('http://', '');
    expect(await walkTour(host)).toBeGreaterThan(3);
    expect(await walkTour(host)).toBeGreaterThan(3);
  } finally {
    await test.stop();
  }
});

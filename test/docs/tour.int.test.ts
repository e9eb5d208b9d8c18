import { expect, it } from 'vitest';
import { startTestApp } from './support/app.ts';
import { walkTour } from './support/tour.ts';

it('the commands of the README print what it promises, the first time and again', {
  timeout: 120_000,
}, async () => {
  const test = await startTestApp({ MODEL_BASE_URL: '', MODELS: '' });
  try {
    const host = test.app.url.replace('http://', '');
    // As the command line of someone who runs the server on this database.
    const environment = { DATABASE_URL: test.database.url };
    expect(await walkTour(host, environment)).toBeGreaterThan(10);
    expect(await walkTour(host, environment)).toBeGreaterThan(10);
  } finally {
    await test.stop();
  }
});

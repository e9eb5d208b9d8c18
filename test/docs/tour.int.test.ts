import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { readUserDocuments } from '../support/documents.ts';
import { stepsOf, walkTour } from '../support/tour.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({ MODEL_BASE_URL: '', MODELS: '' });
});
afterAll(() => test.stop());

const withCommands = readUserDocuments().filter((document) => stepsOf(document).length > 0);

describe('the commands of', () => {
  it.for(withCommands)(
    '$path print what it promises, the first time and again',
    {
      timeout: 120_000,
    },
    async (document) => {
      const host = test.app.url.replace('http://', '');
      // As the command line of someone who runs the server on this database.
      const environment = { DATABASE_URL: test.database.url };
      for (let time = 1; time <= 2; time += 1) {
        const walked = await walkTour(host, environment, [document.path]);
        expect(walked).toEqual(new Map([[document.path, stepsOf(document).length]]));
      }
    },
  );
});

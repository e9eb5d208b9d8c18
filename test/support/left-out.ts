// What a machine can't run is left out, and said: at the start, and again after the results, where it is seen.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The test files that ask for what is provided under this name. */
function filesThatAskFor(name: string): string[] {
  const files = globSync('test/**/*.test.ts', { cwd: root }).sort();
  return files.filter((file) => readFileSync(`${root}/${file}`, 'utf8').includes(name));
}

/**
 * @param options.provided the name under which tests ask whether it is there
 * @param options.missing such as "nats-server"
 * @param options.install what brings it
 */
export function describeLeftOut(options: { provided: string; missing: string; install: string }): string {
  const files = filesThatAskFor(options.provided).map((file) => `  ${file}\n`);
  return (
    `LEFT OUT: there is no ${options.missing} here, so the tests that need it were skipped, in\n${files.join('')}` +
    `To run them too: ${options.install}\n`
  );
}

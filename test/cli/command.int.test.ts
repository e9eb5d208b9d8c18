// The command line as people call it, in a process of its own.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { commandLine, runCommand } from '../support/command.ts';

it('lists its commands with help, or without arguments', async () => {
  const calls = [[], ['help'], ['--help'], ['-h']].map((args) => runCommand(args));
  for (const { code, stdout, stderr } of await Promise.all(calls)) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('migrate        migrates the database to this version');
    for (const name of names) expect(stdout).toContain(`  ${name} `);
  }
});

const options: [command: string, terms: string[]][] = [
  ['demo-data', ['--url', '--token', '--topic', '--seed', '--per-day', 'HOST and PORT']],
  ['events', ['--topic', '--offset', '--after', '--types', '--conversation', '--limit', '--follow', '-f']],
  ['export', ['--out', '--as-of', '--split', '--conflict', 'verify', 'openai-sft']],
  ['import', ['--topic', '--username', '--utc-offset', '--strict', '--dry-run', 'ensign']],
  ['migrate', ['DATABASE_URL', 'DATA_DIR']],
  ['print-schema', ['schema']],
  ['rebuild', ['--verify', '--differences']],
];
const names = options.map(([name]) => name);

it.each(options)('documents the options of %s', async (name, terms) => {
  const { code, stdout, stderr } = await runCommand([name, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: npm run ((--silent )?afterword -- ${name}|demo:data --)`));
  expect(terms.filter((term) => !stdout.includes(term))).toEqual([]);
});

it('ends with 2 if there is no such command, option or argument', async () => {
  const calls = [
    ['constructor'],
    ['print-schema', '--colour'],
    ['print-schema', 'please'],
    ['import', 'ensign', 'a.txt', 'b.txt'],
    ['export', 'verify', 'a', 'b'],
  ].map((args) => runCommand(args));
  const results = await Promise.all(calls);
  expect(results.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
    results.map(() => ({ code: 2, stdout: '' })),
  );
  expect(results.map(({ stderr }) => stderr)).toEqual([
    expect.stringMatching(/^There is no command "constructor"\..*Usage: /s),
    expect.stringMatching(/'--colour'.*Usage: /s),
    expect.stringMatching(/^Unexpected argument 'please'.*Usage: /s),
    expect.stringMatching(/^Unexpected argument "b.txt"\..*Usage: /s),
    expect.stringMatching(/^Unexpected argument "b"\..*Usage: /s),
  ]);
});

it('prints the help of a command only if help comes first', async () => {
  expect((await runCommand(['import', 'help'])).stdout).toMatch(/^Usage: /);
  const file = await runCommand(['import', 'ensign', 'help', '--dry-run']);
  expect(file).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(`"help" can't be read`),
  });
});

it('names what is wrong with the configuration', async () => {
  const { code, stderr } = await runCommand(['migrate'], { DATABASE_URL: 'mysql://nowhere' });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('DATABASE_URL must be a Postgres URL'),
  });
});

it('leaves stdout open for its caller: a script can print after it', async () => {
  const script = '"$@" --help; echo afterwards';
  const shell = spawn('bash', ['-c', script, 'bash', ...commandLine], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stdout = await text(shell.stdout);
  expect(stdout).toContain('Usage: npm run afterword');
  expect(stdout).toMatch(/afterwards\n$/);
});

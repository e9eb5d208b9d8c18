// The command line as people call it: a process of its own.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { commandLine, runCommand } from '../support/command.ts';

it('lists its commands when asked for help, or for nothing', async () => {
  for (const args of [[], ['help'], ['--help'], ['-h']]) {
    const { code, stdout } = await runCommand(args);
    expect(code).toBe(0);
    expect(stdout).toContain('migrate        brings the database to this version');
  }
});

it.each([
  ['events', ['--topic', '--offset', '--after', '--types', '--conversation', '--limit', '--follow', '-f']],
  ['import', ['--topic', '--username', '--utc-offset', '--strict', '--dry-run', 'ensign']],
  ['migrate', ['DATABASE_URL']],
  ['print-schema', ['schema']],
  ['rebuild', ['--verify', '--differences']],
])('lists %s, and says what it takes', async (name, terms) => {
  expect((await runCommand([])).stdout).toContain(`  ${name} `);
  const { code, stdout, stderr } = await runCommand([name, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: npm run (--silent )?afterword -- ${name}`));
  expect(terms.filter((term) => !stdout.includes(term))).toEqual([]);
});

it('ends with 2 where there is no such command, option or argument', async () => {
  const unknown = await runCommand(['constructor']);
  expect(unknown).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('There is no command "constructor".'),
  });
  const option = await runCommand(['print-schema', '--colour']);
  expect(option).toMatchObject({ code: 2, stderr: expect.stringMatching(/'--colour'.*Usage: /s) });
  const argument = await runCommand(['print-schema', 'please']);
  expect(argument).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("'please'") });
});

it('names what is wrong with the configuration', async () => {
  const { code, stderr } = await runCommand(['migrate'], { DATABASE_URL: 'mysql://nowhere' });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('DATABASE_URL must be a Postgres URL'),
  });
});

it('leaves stdout open for who called it: a script goes on to print after it', async () => {
  const script = '"$@" --help; echo afterwards';
  const shell = spawn('bash', ['-c', script, 'bash', ...commandLine], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stdout = await text(shell.stdout);
  expect(stdout).toContain('Usage: npm run afterword');
  expect(stdout).toMatch(/afterwards\n$/);
});

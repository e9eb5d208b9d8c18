import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentSchema } from '../src/config.ts';

const run = promisify(execFile);
const configFile = new URL('../src/config.ts', import.meta.url).href;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterword-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a process in the folder reads of two variables. */
async function readIn(environment: Record<string, string>): Promise<unknown> {
  const script = `import { parseConfig, readEnvironment } from ${JSON.stringify(configFile)};
    const { port, logLevel } = parseConfig(readEnvironment());
    console.log(JSON.stringify({ port, logLevel }));`;
  const options = { cwd: folder, env: environment };
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], options);
  return JSON.parse(stdout);
}

describe('the file .env', () => {
  it('is not needed', async () => {
    expect(await readIn({})).toEqual({ port: 4000, logLevel: 'info' });
  });

  it('in the working folder is read, and the real environment wins', async () => {
    await writeFile(join(folder, '.env'), '# a comment\nPORT=4321\nLOG_LEVEL="debug" # why\n');
    expect(await readIn({})).toEqual({ port: 4321, logLevel: 'debug' });
    expect(await readIn({ PORT: '5000' })).toEqual({ port: 5000, logLevel: 'debug' });
  });
});

describe('the file .env.example', () => {
  it('lists every variable with its meaning and its default, and no other', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    const defaults: Record<string, unknown> = environmentSchema.parse({});
    const expected = Object.entries(environmentSchema.shape).map(
      ([name, schema]) => `# ${schema.description}\n#${name}=${defaults[name] ?? ''}\n`,
    );
    const [, ...paragraphs] = text.split(/\n\n/);
    expect(paragraphs.map((paragraph) => `${paragraph.trimEnd()}\n`)).toEqual(expected);
  });
});

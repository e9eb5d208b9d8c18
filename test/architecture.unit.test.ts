// Holds the shape of src/: who may import whom, by the table in CONTRIBUTING.md, and what has one home.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

type Import = { target: string; isTypeOnly: boolean };
type Source = { path: string; text: string; imports: Import[] };

const root = fileURLToPath(new URL('../src', import.meta.url));

function importsOf(path: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s(type\s)?[^'"]*?(?:from\s+)?['"]([^'"]+)['"]/gm);
  const dynamic = text.matchAll(/\bimport\((?:\s*)['"]([^'"]+)['"]/g);
  const found = [
    ...[...statements].map(([, type, target = '']) => ({ target, isTypeOnly: type !== undefined })),
    ...[...dynamic].map(([, target = '']) => ({ target, isTypeOnly: false })),
  ];
  return found.map(({ target, isTypeOnly }) => ({
    target: target.startsWith('.') ? join(dirname(path), target) : target,
    isTypeOnly,
  }));
}

const sources: Source[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('generated') && !path.endsWith('/operations.ts'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });

/** `domain/file.ts`, for each file that breaks the rule, with what it imports. */
function breaches(rule: (source: Source, imported: Import) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((imported) => rule(source, imported))
      .map(({ target, isTypeOnly }) => `${source.path} → ${target}${isTypeOnly ? ' (type)' : ''}`),
  );
}

const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');
const isIn = (path: string, ...folders: string[]) => folders.includes(folderOf(path));
/** Whose code mentions it; comments may. */
const mentions = (pattern: RegExp) =>
  sources
    .filter(({ text }) => pattern.test(text.replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '')))
    .map(({ path }) => path);

/** The files that package.json exports, for others and for the pages. */
const published = ['log/fold/fold.ts', 'stats/interval.ts'];

/** The rows of the table in CONTRIBUTING.md, from the top down: each row may import the rows below it, never above. */
const layers = [
  ...readFileSync(new URL('../CONTRIBUTING.md', import.meta.url), 'utf8').matchAll(/^\| \d+ \| ([^|]+) \|/gm),
].map(([, cell = '']) => [...cell.matchAll(/`([a-z-]+(?:\.ts)?)`/g)].map(([, name = '']) => name));
/** A folder of src/, or a file directly in it. */
const unitOf = (path: string) => folderOf(path) || path;
const rankOf = (path: string) => layers.findIndex((units) => units.includes(unitOf(path)));

/** Files that put a domain into the graph. */
const isGraph = (path: string) =>
  /(^|[/-])(graphql|queries|mutations|subscriptions)\.ts$/.test(path) || path.endsWith('-delivery.ts');

describe('the direction of imports', () => {
  it('is found by this test at all', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(breaches(() => true).length).toBeGreaterThan(150);
    expect(layers.length).toBeGreaterThan(10);
  });

  it('is given by a table that has a row for every folder and every file directly in src/', () => {
    expect([
      ...new Set(sources.map(({ path }) => unitOf(path)).filter((unit) => rankOf(unit) === -1)),
    ]).toEqual([]);
    expect(layers.flat().filter((unit) => !existsSync(join(root, unit)))).toEqual([]);
  });

  it('is downwards, for types too', () => {
    const upward = breaches(({ path }, { target }) => {
      if (isPackage(target) || unitOf(path) === unitOf(target) || folderOf(target) === 'generated')
        return false;
      return rankOf(target) <= rankOf(path);
    });
    expect(upward).toEqual([]);
  });

  it('has no cycle, of types neither', () => {
    expect(findCycle()).toBeUndefined();
  });

  it('keeps main and app to themselves', () => {
    const onMain = breaches((_source, { target }) => target === 'main.ts');
    const onApp = breaches(({ path }, { target }) => target === 'app.ts' && path !== 'main.ts');
    expect([...onMain, ...onApp]).toEqual([]);
  });

  it('leaves the schema to what serves or prints it', () => {
    const others = breaches(
      ({ path }, { target }) => target === 'api/schema.ts' && !isIn(path, 'http', 'cli'),
    );
    expect(others).toEqual([]);
  });

  it('keeps commands without GraphQL', () => {
    const reaching = breaches(
      ({ path }, { target, isTypeOnly }) =>
        isIn(path, 'identity', 'log', 'conversation', 'generation', 'feedback', 'stats', 'dataset') &&
        !isGraph(path) &&
        !isTypeOnly &&
        (isIn(target, 'graphql', 'delivery') || isGraph(target) || /^(graphql|@pothos\/)/.test(target)),
    );
    expect(reaching).toEqual([]);
  });

  it('names no subscription in what carries them', () => {
    expect(
      mentions(/['"`](generation|events|ratingStats|log)['"`]/).filter((path) =>
        isIn(path, 'delivery', 'http'),
      ),
    ).toEqual([]);
  });

  it('keeps the demo model a stranger that is spoken to over HTTP', () => {
    const known = breaches(
      ({ path }, { target }) =>
        (isIn(path, 'demo') && !isPackage(target) && !isIn(target, 'demo')) ||
        (isIn(target, 'demo') && !isIn(path, 'demo') && path !== 'app.ts'),
    );
    expect(known).toEqual([]);
  });

  it('keeps the pages clients of the public API, with what package.json exports and nothing else', () => {
    const internals = breaches(
      ({ path }, { target }) =>
        isIn(path, 'web') && !isPackage(target) && !isIn(target, 'web') && !published.includes(target),
    );
    const users = breaches(({ path }, { target }) => isIn(target, 'web') && !isIn(path, 'web'));
    expect([...internals, ...users]).toEqual([]);
  });

  it('leaves the published interval formulas without imports, so that a page can load them', () => {
    expect(breaches(({ path }) => path === 'stats/interval.ts')).toEqual([]);
  });
});

function isPackage(target: string): boolean {
  return !sources.some(({ path }) => path === target) && !target.startsWith('generated');
}

/** A path of imports that comes back to its start. */
function findCycle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    const source = sources.find((one) => one.path === path);
    for (const { target } of source?.imports ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of sources) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

describe('what has one home', () => {
  it('is the openai package in generation/provider/openai', () => {
    const importers = breaches(
      ({ path }, { target, isTypeOnly }) =>
        /^openai(\/|$)/.test(target) && !isTypeOnly && path !== 'generation/provider/openai.ts',
    );
    expect(importers).toEqual([]);
  });

  it('is the environment in config', () => {
    expect(mentions(/process\.(env|loadEnvFile)|['"]node:process['"]/)).toEqual(['config.ts']);
  });

  it('is append_events in log/append-batch, which the writer alone calls', () => {
    const callers = mentions(/\bappend_events\b/).filter(
      (path) => !['log/append-batch.ts', 'database/migrate.ts', 'http/health.ts'].includes(path),
    );
    expect(callers).toEqual([]);
    expect(mentions(/FROM append_events\(/)).toEqual(['log/append-batch.ts']);
    const importers = breaches(
      ({ path }, { target }) => target === 'log/append-batch.ts' && path !== 'log/writer.ts',
    );
    expect(importers).toEqual([]);
  });

  it('is what writes leases and the text of running replies in generation/produce/token-log-store', () => {
    expect(mentions(/(INSERT INTO|UPDATE|DELETE FROM) (generation|token_log)\b/)).toEqual([
      'generation/produce/token-log-store.ts',
    ]);
  });

  it('is NATS in relay/relay', () => {
    expect(
      breaches(({ path }, { target }) => target.startsWith('@nats-io/') && path !== 'relay/relay.ts'),
    ).toEqual([]);
  });

  it('is standard output in main and the commands, which people read', () => {
    const writers = mentions(/process\.std(out|err)|console\./);
    expect(writers.filter((path) => path !== 'main.ts' && !isIn(path, 'cli'))).toEqual([]);
  });
});

describe('folders', () => {
  it('hold at most 14 files directly, but for those of the pages', () => {
    const counts = Map.groupBy(
      sources.filter(({ path }) => !isIn(path, 'web')),
      ({ path }) => dirname(path),
    );
    expect([...counts].filter(([, files]) => files.length > 14).map(([folder]) => folder)).toEqual([]);
  });
});

describe('files', () => {
  it('have at most 250 lines', () => {
    const long = sources
      .filter(({ text }) => text.trimEnd().split('\n').length > 250)
      .map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('begin by saying what they own', () => {
    expect(sources.filter(({ text }) => !/^(#!.*\n)?\/\//.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

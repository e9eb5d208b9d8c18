// Holds the shape of src/ that DESIGN.md gives it: who may import whom, and what has one home.
import { readdirSync, readFileSync } from 'node:fs';
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

/** Each may import those before it, never one behind it. */
const domains = ['identity', 'conversation', 'generation', 'feedback', 'stats', 'dataset'];
/** What a domain says in the language of GraphQL. */
const graphFiles = [
  'graphql.ts',
  'queries.ts',
  'mutations.ts',
  'subscriptions.ts',
  'plain-delta.ts',
  'plain-event.ts',
];
const isGraph = (path: string) => graphFiles.includes(path.split('/').at(-1) ?? '');
/** The way from the socket to the database: each may import those behind it. */
const layers = ['main.ts', 'app.ts', 'http', 'graphql/schema.ts'];

describe('the direction of imports', () => {
  it('is found by this test at all', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(breaches(() => true).length).toBeGreaterThan(150);
  });

  it('between domains is from the later to the earlier', () => {
    const position = (path: string) => domains.indexOf(folderOf(path));
    const back = breaches(
      ({ path }, { target }) => position(path) !== -1 && position(target) > position(path),
    );
    expect(back).toEqual([]);
  });

  it('keeps every domain, the log and the database free of http, app and main', () => {
    const below = [...domains, 'graphql', 'log', 'database'];
    const up = breaches(
      ({ path }, { target }) =>
        isIn(path, ...below) && (isIn(target, 'http', 'cli') || layers.slice(0, 2).includes(target)),
    );
    expect(up).toEqual([]);
  });

  it('keeps main and app to themselves', () => {
    const onMain = breaches((_source, { target }) => target === 'main.ts');
    const onApp = breaches(({ path }, { target }) => target === 'app.ts' && path !== 'main.ts');
    expect([...onMain, ...onApp]).toEqual([]);
  });

  it('leaves the schema to those who serve or print it', () => {
    const others = breaches(
      ({ path }, { target }) => target === 'graphql/schema.ts' && !isIn(path, 'http', 'cli'),
    );
    expect(others).toEqual([]);
  });

  it('keeps the builder free of types of the graph', () => {
    const graphs = breaches(
      ({ path }, { target }) => path === 'graphql/builder.ts' && target.endsWith('/graphql.ts'),
    );
    expect(graphs).toEqual([]);
  });

  it('leaves commands and what is below them without GraphQL', () => {
    const reaching = breaches(
      ({ path }, { target, isTypeOnly }) =>
        isIn(path, ...domains, 'log') &&
        !isGraph(path) &&
        !isTypeOnly &&
        (isIn(target, 'graphql') || target.endsWith('/graphql.ts') || /^(graphql|@pothos\/)/.test(target)),
    );
    expect(reaching).toEqual([]);
  });

  it('keeps the log ignorant of every domain, but for who reads it', () => {
    const known = breaches(({ path }, { target }) => {
      if (!isIn(path, 'log')) return false;
      const allowed =
        isGraph(path) || path === 'log/access.ts'
          ? ['log', 'database', 'generated', 'graphql', 'identity']
          : ['log', 'database', 'generated'];
      return folderOf(target) !== '' && !isPackage(target) && !isIn(target, ...allowed);
    });
    expect(known).toEqual([]);
  });

  it('keeps the database ignorant of everything above it', () => {
    const known = breaches(
      ({ path }, { target }) =>
        isIn(path, 'database') &&
        !isPackage(target) &&
        !isIn(target, 'database', 'generated') &&
        target !== 'errors.ts',
    );
    expect(known).toEqual([]);
  });

  it('keeps the demo model a stranger that is spoken to over HTTP', () => {
    const known = breaches(
      ({ path }, { target }) =>
        (isIn(path, 'demo') && !isPackage(target) && !isIn(target, 'demo')) ||
        (isIn(target, 'demo') && !isIn(path, 'demo') && path !== 'app.ts'),
    );
    expect(known).toEqual([]);
  });

  it('keeps the pages clients of the public API: they know the fold that is published, and nothing else', () => {
    const known = breaches(({ path }, { target }) => {
      const isOwn = isPackage(target) || isIn(target, 'web', 'client') || target === 'log/fold.ts';
      return isIn(path, 'web') && !isOwn;
    });
    const users = breaches(({ path }, { target }) => isIn(target, 'web') && !isIn(path, 'web'));
    expect([...known, ...users]).toEqual([]);
  });

  it('has no cycle', () => {
    expect(findCycle()).toBeUndefined();
  });
});

function isPackage(target: string): boolean {
  return !sources.some(({ path }) => path === target) && !target.startsWith('generated');
}

/** A path of run-time imports that comes back to its start. */
function findCycle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    const source = sources.find((one) => one.path === path);
    for (const { target, isTypeOnly } of source?.imports ?? []) {
      const cycle = isTypeOnly ? undefined : visit(target, [...trail, path]);
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
  it('is the openai package in generation/model', () => {
    const importers = breaches(
      ({ path }, { target, isTypeOnly }) =>
        /^openai(\/|$)/.test(target) && !isTypeOnly && path !== 'generation/model.ts',
    );
    expect(importers).toEqual([]);
  });

  it('is the environment in config', () => {
    expect(mentions(/process\.(env|loadEnvFile)|['"]node:process['"]/)).toEqual(['config.ts']);
  });

  it('is append_events in log/writer, but for the migrations and the question whether they ran', () => {
    const callers = mentions(/\bappend_events\b/).filter(
      (path) => !['log/writer.ts', 'database/migrate.ts', 'http/health.ts'].includes(path),
    );
    expect(callers).toEqual([]);
    expect(mentions(/SELECT append_events\(/)).toEqual(['log/writer.ts']);
  });

  it('is NATS in log/relay', () => {
    expect(
      breaches(({ path }, { target }) => target.startsWith('@nats-io/') && path !== 'log/relay.ts'),
    ).toEqual([]);
  });

  it('is standard output in main and the commands, which people read', () => {
    const writers = mentions(/process\.std(out|err)|console\./);
    expect(writers.filter((path) => path !== 'main.ts' && !isIn(path, 'cli'))).toEqual([]);
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

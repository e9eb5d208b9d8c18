import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  blocksOf,
  type Document,
  proseOf,
  readAllDocuments,
  readUserDocuments,
  repository,
} from '../support/documents.ts';
import { stepsOf } from '../support/tour.ts';

const documents = readAllDocuments();
const userDocuments = readUserDocuments();

/** `sh` is run, `text` is compared, `bash` is listed below; the others are no commands. */
const languages = ['', 'bash', 'graphql', 'html', 'json', 'mermaid', 'nginx', 'python', 'sh', 'text', 'ts'];

/** The `bash` blocks of each document, in their order: why no test runs them. */
const notRun: Record<string, readonly string[]> = {
  'README.md': ['installs and starts the server: .ci/run does that', 'needs a key of a provider'],
  'docs/operations.md': [
    'starts a server that needs a database, a key set and a provider',
    'starts servers that need a database and NATS; test/generation/many-nodes.int.test.ts does',
    'needs pg_dump of the same version as the server',
  ],
  'docs/performance.md': ['installs the peers and takes minutes: .ci/run runs every benchmark'],
  'docs/training.md': ['needs a fine-tuning service and its key'],
};

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: Document): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(document).matchAll(/^#{1,6} (.+)$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text
      .trim()
      .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What a document links to or shows, but for addresses elsewhere. */
function linksOf(document: Document): string[] {
  const prose = proseOf(document).replaceAll(/`[^`\n]*`/g, '');
  const found = [
    ...prose.matchAll(/\]\(([^)\s]+)\)/g),
    ...prose.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g),
    ...prose.matchAll(/^\[[^\]]+\]: (\S+)$/gm),
  ];
  return found.map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
}

function problemOf(document: Document, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document.path : normalize(join(dirname(document.path), path));
  if (!existsSync(join(repository, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined) return undefined;
  const linked = documents.find((one) => one.path === target);
  if (linked === undefined) return `${link}: ${target} has no headings`;
  return anchorsOf(linked).has(anchor) ? undefined : `${link}: ${target} has no heading for it`;
}

describe('links', () => {
  it('are found', () => {
    expect(documents.flatMap(linksOf).length).toBeGreaterThan(50);
  });

  it.for(documents)('of $path lead to files and headings that exist', (document) => {
    const problems = linksOf(document).map((link) => problemOf(document, link));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('reach every page of docs/ from its index', () => {
    const pages = userDocuments.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    const linkedFrom = (index: string) =>
      linksOf(documents.find(({ path }) => path === index) ?? { path: index, text: '' }).map((link) =>
        normalize(join(dirname(index), link.split('#', 1)[0] ?? '')),
      );
    const linked = [...linkedFrom('docs/README.md'), ...linkedFrom('docs/decisions/README.md')];
    expect(pages.filter((page) => page !== 'docs/README.md' && !linked.includes(page))).toEqual([]);
  });
});

describe('blocks', () => {
  it.for(userDocuments)('of $path are in languages that say whether they are run', (document) => {
    const others = blocksOf(document).filter(({ language }) => !languages.includes(language));
    expect(others.map(({ language }) => language)).toEqual([]);
    expect(() => stepsOf(document)).not.toThrow();
  });

  it('that no test runs are listed, each with its reason', () => {
    const found = userDocuments.map(({ path, ...document }) => {
      const count = blocksOf({ path, ...document }).filter(({ language }) => language === 'bash').length;
      return [path, count] as const;
    });
    const listed = Object.entries(notRun).map(([path, reasons]) => [path, reasons.length]);
    expect(Object.fromEntries(found.filter(([, count]) => count > 0))).toEqual(Object.fromEntries(listed));
  });

  it('in GraphQL are operations of the schema', () => {
    const schema = buildSchema(readFileSync(`${repository}schema.graphql`, 'utf8'));
    for (const document of userDocuments) {
      for (const { language, body } of blocksOf(document)) {
        if (language === 'graphql') expect(validate(schema, parse(body)), document.path).toEqual([]);
      }
    }
  });
});

it('the README has at most 8 KB', () => {
  expect(Buffer.byteLength(readFileSync(`${repository}README.md`))).toBeLessThanOrEqual(8_192);
});

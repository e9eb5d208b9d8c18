// Keeps retired words out of the code, the schema and the documents: each has a plain term that the field knows.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is looked for, and what to write instead. */
const retired: [pattern: RegExp, instead: string][] = [
  [/\bimpress(ion|ions|ed)?\b|impression/i, 'conversation feedback'],
  [/\bneighbou?rs?\b/i, 'other appends of the batch; APPEND_REFUSED'],
  [/\bAGAIN\b/, 'RETRY_NEXT_BATCH'],
  [/\blone\b|lone_|Lone[A-Z]/, 'single'],
  [/\btold (of|when|once|how|at|which|why|what|in)\b|\b(is|are|was|were) told\b/i, 'called when; informed'],
  [/\bwhoever\b/i, 'the client, the caller, the viewer'],
  [/\bseats?\b|\bsittings?\b/i, 'semaphore, slot'],
  [/\blanes?\b/i, 'keyed queue'],
  [/\bverdicts?\b/i, 'rating, decision, votes'],
  [/\btakes? (it|them) back\b|\bgives? (it|them) back\b/i, 'an unsubscribe, release or cancel function'],
  [/\bwhat stands\b|\bstands already\b/i, 'what is recorded; unchanged'],
  [/\bwhere (it is |they are )?not given\b|\bwhere there (is|are) none\b/i, 'if omitted; null if none'],
  [/\bis no (ULID|cursor|instant|offset|name|reply|place)\b/i, 'is not a …'],
  [/\bcalls? (it |them )?as good\b|\bare as good\b/i, 'equally good'],
  [/\b(most|largest|longest|deepest|costliest|fewest|shortest)[A-Z]\w*/, 'max…, min…'],
  [/\b(is|are|was|while .{1,20}) away\b/i, 'unavailable'],
  [/\breplicas?\b/i, 'remote reply'],
  [/\bendings\b/i, 'ended replies'],
  [/\bin which capacity\b/i, 'role; source'],
];

const places = ['src', 'prisma/functions', 'docs', 'schema.graphql', 'README.md'];
// Generated from schema.graphql, which is looked at.
const isGenerated = (path: string) => path.includes('generated') || path.endsWith('/operations.ts');
const isText = (path: string) => /\.(ts|tsx|sql|md|graphql|css|html|js)$/.test(path) && !isGenerated(path);

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile());
}

const files = places.flatMap((place) => filesIn(join(root, place))).filter(isText);

it('looks at the code, the SQL, the schema and the documents', () => {
  expect(files.length).toBeGreaterThan(300);
});

it.each(retired)('%s is not written: say %s', (pattern) => {
  const found = files.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${relative(root, path)}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});

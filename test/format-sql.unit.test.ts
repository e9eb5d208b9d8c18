// Tests the formatter of the SQL functions: its layout, that the layout does not depend on the line breaks of the source,
// and that a changed token makes it throw.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatFunctions } from '../scripts/format-sql/functions.ts';
import { assertSameTokens, joinTokens, tokenize } from '../scripts/format-sql/tokens.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('prisma/functions/**/*.sql', { cwd: root }).map((path) => ({
  path,
  sql: readFileSync(`${root}/${path}`, 'utf8'),
}));

const inPlpgsql = (body: string) =>
  `CREATE FUNCTION f() RETURNS void\nLANGUAGE plpgsql AS $$\nBEGIN\n${body}\nEND\n$$;\n`;
const inSql = (body: string) => `CREATE FUNCTION f() RETURNS void\nLANGUAGE sql AS $$\n${body}\n$$;\n`;

/** The same SQL on as few lines as its comments and its blank lines allow. */
const crammed = (sql: string) =>
  sql
    .split(/\n\s*\n/)
    .map((part) => joinTokens(tokenize(part)))
    .join('\n\n');

/** The same SQL with a line break wherever it has white space. */
const stretched = (sql: string) =>
  tokenize(sql)
    .map(({ text, space }) => (/\n\s*\n/.test(space) ? '\n\n' : space && '\n   ') + text)
    .join('');

describe('the layout', () => {
  it('nests statements of PL/pgSQL by what opens them, one on a line', () => {
    const body = `declare n integer := 0; begin
      for n in 1 .. 3 loop if n = 2 then continue; elsif n > 2 then return; else perform g(n); end if; end loop;

      -- The last of them.
      return; -- Nothing follows.
    end`;
    expect(formatFunctions(`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ ${body} $$;`)).toBe(
      `CREATE FUNCTION f() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  n integer := 0;
BEGIN
  FOR n IN 1 .. 3 LOOP
    IF n = 2 THEN
      CONTINUE;
    ELSIF n > 2 THEN
      RETURN;
    ELSE
      PERFORM g(n);
    END IF;
  END LOOP;

  -- The last of them.
  RETURN; -- Nothing follows.
END
$$;
`,
    );
  });

  it('breaks a query that does not fit at its clauses, conditions and joins', () => {
    const sql =
      inSql(`select first_column, second_column as other, coalesce(third_column, 'none of these, and none of those') as last_of_them
      from some_table as s join other_table as o on o.id = s.id where s.flag is true and (o.kind = 'a' or o.kind = 'b')
      and s.created_at > now() - interval '1 day' order by s.id limit 10`);
    expect(formatFunctions(sql)).toBe(
      inSql(`SELECT
  first_column, second_column AS other,
  coalesce(third_column, 'none of these, and none of those') AS last_of_them
FROM some_table AS s
JOIN other_table AS o ON o.id = s.id
WHERE s.flag IS true AND (o.kind = 'a' OR o.kind = 'b') AND s.created_at > now() - interval '1 day'
ORDER BY s.id LIMIT 10`),
    );
  });

  it('leaves a short query on one line', () => {
    expect(formatFunctions(inSql('select a\nfrom b\nwhere c'))).toBe(inSql('SELECT a FROM b WHERE c'));
  });

  it('keeps comments where they are, above a line or at its end', () => {
    const formatted = inSql(`SELECT
  -- About a.
  a,
  b, -- About b.
  c
FROM d
-- About the condition.
WHERE e
  -- About the second part of it.
  AND f`);
    expect(formatFunctions(formatted)).toBe(formatted);
  });

  it('gives each parameter a line if they do not fit on one', () => {
    const parameters = [
      'first_parameter text',
      'second_parameter text',
      'third_parameter integer[]',
      'fourth jsonb',
    ];
    const sql = `CREATE FUNCTION a_function(${parameters.join(', ')}) RETURNS void\nLANGUAGE sql AS $$ SELECT $$;`;
    expect(formatFunctions(sql)).toBe(
      `CREATE FUNCTION a_function(\n  ${parameters.join(',\n  ')}\n)\nRETURNS void\nLANGUAGE sql AS $$\nSELECT\n$$;\n`,
    );
  });

  it.each(files)('is the one that $path has, however its lines are broken', ({ sql }) => {
    expect(formatFunctions(sql)).toBe(sql);
    expect(formatFunctions(crammed(sql))).toBe(sql);
    expect(formatFunctions(stretched(sql))).toBe(sql);
  });

  it.each(files)('of $path fits in 110 columns, except for comments', ({ sql }) => {
    expect(sql.split('\n').filter((line) => line.length > 110 && !/^\s*--/.test(line))).toEqual([]);
  });
});

describe('the comparison of tokens', () => {
  it('accepts other white space between tokens and another case of words', () => {
    expect(() => assertSameTokens('select  A\n,b::Text', 'SELECT a, b :: text')).not.toThrow();
  });

  it.each([
    ['changed white space in a string', "SELECT 'a  b'", "SELECT 'a b'"],
    ['a changed case in a string', "SELECT 'a'", "SELECT 'A'"],
    ['a changed case in a string with escapes', "SELECT E'\\'a'", "SELECT E'\\'A'"],
    ['a changed case in a quoted name', 'SELECT "offset"', 'SELECT "OFFSET"'],
    ['added white space in an operator', 'SELECT a ->> b', 'SELECT a - >> b'],
    ['added white space after the prefix of a string', "SELECT x'1F'", "SELECT x '1F'"],
    ['a changed comment', 'SELECT 1 -- One.', 'SELECT 1 -- one.'],
    ['a missing comment', 'SELECT 1 -- One.\n;', 'SELECT 1;'],
    ['code that ends up in a comment', 'SELECT 1 -- One.\n, 2', 'SELECT 1 -- One. , 2'],
    ['a missing word', 'SELECT DISTINCT a', 'SELECT a'],
    ['an added word', 'FROM a JOIN b', 'FROM a INNER JOIN b'],
  ])('refuses %s', (_, before, after) => {
    expect(() => assertSameTokens(before, after)).toThrow('Formatting would change');
  });

  it('makes the formatter throw rather than return different SQL', () => {
    expect(() => formatFunctions(inSql("SELECT 'two\n  lines'"))).toThrow('Formatting would change');
    expect(() => formatFunctions(inPlpgsql('  EXECUTE $q$ SELECT  1 $q$;'))).toThrow('dollar quotes');
    expect(() => formatFunctions(inPlpgsql('EXCEPTION WHEN others THEN NULL;'))).toThrow('EXCEPTION');
  });
});

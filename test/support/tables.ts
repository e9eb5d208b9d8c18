// Reads the tables of a document, by the heading that they stand under.

/** A table: its column names, and its rows by those names. */
export type Table = { heading: string; columns: string[]; rows: Record<string, string>[] };

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

/** All tables of a document, in their order. */
export function tablesOf(text: string): Table[] {
  const tables: Table[] = [];
  let heading = '';
  let open: Table | undefined;
  for (const line of text.split('\n')) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    if (!line.startsWith('|')) {
      open = undefined;
      continue;
    }
    const cells = cellsOf(line);
    if (open === undefined) {
      open = { heading, columns: cells, rows: [] };
      tables.push(open);
    } else if (!cells.every((cell) => /^-+$/.test(cell))) {
      const { columns } = open;
      open.rows.push(Object.fromEntries(cells.map((cell, index) => [columns[index] ?? String(index), cell])));
    }
  }
  return tables;
}

/** The names that a cell holds as code: `a`, `b`. */
export function codesIn(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]*)`/g)].map(([, code = '']) => code);
}

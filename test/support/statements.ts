// Records at the Postgres driver which statements the process sends while something runs.
import pg from 'pg';

/**
 * @param run what sends statements; it is given those that were recorded so far, to wait for one
 * @returns the SQL of every statement that was sent meanwhile, in order
 */
export async function recordStatements(
  run: (texts: readonly string[]) => Promise<unknown>,
): Promise<string[]> {
  const texts: string[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function query(this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    if (typeof first === 'string') texts.push(first);
    else if (typeof first === 'object' && first !== null && 'text' in first) texts.push(String(first.text));
    return Reflect.apply(original, this, args);
  };
  try {
    await run(texts);
  } finally {
    pg.Client.prototype.query = original;
  }
  return texts;
}

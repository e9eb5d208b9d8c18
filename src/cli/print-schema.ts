// Prints the schema that integrators generate their SDKs from.
import { lexicographicSortSchema, printSchema as print } from 'graphql';
import { schema } from '../graphql/schema.ts';

/** The schema in GraphQL's own language, sorted by name, so that a diff shows what changed and nothing else. */
export function schemaText(): string {
  return `${print(lexicographicSortSchema(schema))}\n`;
}

export async function printSchema(): Promise<void> {
  process.stdout.write(schemaText());
}

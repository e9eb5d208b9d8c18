// `print-schema`: prints the schema from which integrators generate their SDKs.
import { lexicographicSortSchema, printSchema as print } from 'graphql';
import { schema } from '../api/schema.ts';
import { type Command, readArgs } from './command.ts';

/** The schema in GraphQL's schema language, sorted by name, so that a diff shows only what changed. */
export function schemaText(): string {
  return `${print(lexicographicSortSchema(schema))}\n`;
}

export const printSchemaCommand: Command = {
  summary: 'prints the GraphQL schema, as committed in schema.graphql',
  usage: `Usage: npm run --silent afterword -- print-schema

Prints the GraphQL schema, sorted by name. Needs no database.
`,
  async run(args) {
    readArgs(args, {});
    process.stdout.write(schemaText());
    return 0;
  },
};

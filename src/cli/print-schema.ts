// Prints the schema that integrators generate their SDKs from.
import { lexicographicSortSchema, printSchema as print } from 'graphql';
import { schema } from '../api/schema.ts';
import { type Command, readArgs } from './command.ts';

/** The schema in GraphQL's own language, sorted by name, so that a diff shows what changed and nothing else. */
export function schemaText(): string {
  return `${print(lexicographicSortSchema(schema))}\n`;
}

export const printSchemaCommand: Command = {
  summary: 'prints the GraphQL schema, as committed in schema.graphql',
  usage: 'Usage: npm run afterword -- print-schema\n\nPrints the GraphQL schema, sorted by name.\n',
  async run(args) {
    readArgs(args, {});
    process.stdout.write(schemaText());
    return 0;
  },
};

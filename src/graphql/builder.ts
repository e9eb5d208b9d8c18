// The schema builder and its settings. It defines no types of the graph: each domain's graphql.ts does.
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import type PrismaTypes from '../generated/pothos.ts';
import { getDatamodel } from '../generated/pothos.ts';
import type { Context } from './context.ts';

type Scalar<Output, Input = Output> = { Input: Input; Output: Output };

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  PrismaTypes: PrismaTypes;
  Scalars: {
    ID: Scalar<string>;
    DateTime: Scalar<Date>;
    JSON: Scalar<unknown>;
    Offset: Scalar<number | bigint, number>;
  };
}>({
  plugins: [ComplexityPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  prisma: {
    client: (context) => context.services.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    filterConnectionTotalCount: false,
    defaultConnectionSize: 20,
    onUnusedQuery: null,
  },
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    defaultConnectionTypeOptions: { description: 'A page of a list.' },
    defaultEdgeTypeOptions: { description: 'An entry of a page, with its cursor.' },
    nodesOnConnection: { description: 'The entries alone, in order.' },
    edgesFieldOptions: { description: 'The entries, each with its cursor.', nullable: false },
    nodeFieldOptions: { description: 'The entry.', nullable: false },
    cursorFieldOptions: { description: 'What `after` or `before` takes to continue from this entry.' },
    pageInfoFieldOptions: { description: 'Whether there is more, and where.' },
    pageInfoTypeOptions: { description: 'Where a page ends, and whether more follows.' },
    hasNextPageFieldOptions: { description: 'Whether more entries follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether entries precede this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first entry; null on an empty page.' },
    endCursorFieldOptions: { description: 'The cursor of the last entry; null on an empty page.' },
    firstArgOptions: { description: 'How many entries from the start (or after `after`); at most 100.' },
    afterArgOptions: { description: 'The cursor of an entry: the page begins after it.' },
    lastArgOptions: { description: 'How many entries from the end (or before `before`); at most 100.' },
    beforeArgOptions: { description: 'The cursor of an entry: the page ends before it.' },
  },
  complexity: { defaultComplexity: 1, defaultListMultiplier: 10 },
});

builder.queryType({ description: 'What can be read.' });
builder.mutationType({
  description:
    'What can be written. Clients may choose the ids of what they create: a repeated request with the same ids answers as before and writes nothing.',
});
builder.subscriptionType({ description: 'What can be followed, over WebSocket (graphql-ws) or SSE.' });

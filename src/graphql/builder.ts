// The schema builder and its settings. It defines no types of a domain: each domain's graphql.ts does.
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
    defaultConnectionTypeOptions: { description: 'Page of a list.' },
    defaultEdgeTypeOptions: { description: 'Entry of a page, with its cursor.' },
    nodesOnConnection: { description: 'Entries of the page in order, without their cursors.' },
    edgesFieldOptions: {
      description: 'Entries of the page in order, each with its cursor.',
      nullable: false,
    },
    nodeFieldOptions: { description: 'The entry itself.', nullable: false },
    cursorFieldOptions: { description: 'Opaque position of this entry, for `after` or `before`.' },
    pageInfoFieldOptions: { description: 'Bounds of this page, and whether more entries exist beyond them.' },
    pageInfoTypeOptions: { description: 'Bounds of a page, and whether more entries exist beyond them.' },
    hasNextPageFieldOptions: { description: 'Whether more entries follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether more entries precede this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first entry. Null if the page is empty.' },
    endCursorFieldOptions: { description: 'Cursor of the last entry. Null if the page is empty.' },
    firstArgOptions: {
      description:
        'Number of entries, from the first one or from the one after `after`. 0 to 100. Not with `last`.',
    },
    afterArgOptions: { description: 'Cursor of the entry before the first one of the page.' },
    lastArgOptions: {
      description:
        'Number of entries, up to the last one or to the one before `before`. 0 to 100. Not with `first`.',
    },
    beforeArgOptions: { description: 'Cursor of the entry after the last one of the page.' },
  },
  complexity: { defaultComplexity: 1, defaultListMultiplier: 10 },
});

builder.queryType({ description: 'Everything that can be read.' });
builder.mutationType({
  description:
    'Everything that can be written. Clients may choose the ids of what they create. A repeated request with the same ids returns the same result and writes nothing.',
});
builder.subscriptionType({
  description:
    'Everything that can be followed: over WebSocket (the graphql-transport-ws protocol), or as server-sent events.',
});

// Imports what the domains define, and builds the schema.
import './scalars.ts';
import '../identity/graphql.ts';
import '../conversation/graphql.ts';
import '../conversation/mutations.ts';
import '../conversation/queries.ts';
import '../generation/graphql.ts';
import '../feedback/graphql.ts';
import '../log/graphql.ts';
import '../log/queries.ts';
import './lookup.ts';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';

export const schema: GraphQLSchema = builder.toSchema();

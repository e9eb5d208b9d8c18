// Imports the types and fields that the domains define, and builds the schema.
import './context.ts';
import '../graphql/scalars.ts';
import '../identity/graphql.ts';
import '../conversation/graphql.ts';
import '../conversation/mutations.ts';
import '../conversation/queries.ts';
import '../conversation/snapshot-graphql.ts';
import '../generation/graphql.ts';
import '../generation/mutations.ts';
import '../generation/subscriptions.ts';
import '../generation/snapshot-graphql.ts';
import '../feedback/graphql.ts';
import '../feedback/mutations.ts';
import '../feedback/queries.ts';
import '../feedback/snapshot-graphql.ts';
import '../stats/queries.ts';
import '../stats/ranking/graphql.ts';
import '../stats/subscriptions.ts';
import '../dataset/queries.ts';
import '../log/graphql.ts';
import '../log/queries.ts';
import '../log/subscriptions.ts';
import './node-query.ts';
import type { GraphQLSchema } from 'graphql';
import { builder } from '../graphql/builder.ts';

export const schema: GraphQLSchema = builder.toSchema();

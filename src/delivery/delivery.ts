// How the values of a subscription reach its readers. A domain declares it on its own field, with
// `extensions: declareDelivery(…)`, so that nothing between the field and the socket knows a subscription by name.
import {
  type FieldNode,
  type GraphQLField,
  getArgumentValues,
  Kind,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import type { Services } from '../graphql/context.ts';
import type { Respond } from './shared-responses.ts';

export type Delivery = {
  /**
   * Makes the function that turns each value into a result, for one operation. Without it, GraphQL is executed for
   * each value and each reader.
   */
  createRespond?: (args: ValidatedSubscriptionArgs, execute: Respond) => Respond;
  /**
   * Whether a subscription with these arguments follows work of this node that ends by itself: its connection then
   * stays open until that end when the node stops. Others are told to reconnect at once. Defaults to false.
   */
  endsWithNode?: (args: Readonly<Record<string, unknown>>, services: Services) => boolean;
};

const declared = new WeakSet<object>();

/** The extensions of a field whose subscription is delivered like this. */
export function declareDelivery(delivery: Delivery): { delivery: Delivery } {
  declared.add(delivery);
  return { delivery };
}

function isDelivery(value: unknown): value is Delivery {
  return typeof value === 'object' && value !== null && declared.has(value);
}

type Selected = { field: GraphQLField<unknown, unknown>; node: FieldNode };

/** The field that the operation subscribes to; undefined if it stands in a fragment, which no declaration covers. */
function selectedField({ schema, operation }: ValidatedSubscriptionArgs): Selected | undefined {
  const [node] = operation.selectionSet.selections;
  if (node?.kind !== Kind.FIELD) return undefined;
  const field = schema.getSubscriptionType()?.getFields()[node.name.value];
  return field && { field, node };
}

function deliveryOfField(field: Selected['field'] | undefined): Delivery {
  const delivery = field?.extensions.delivery;
  return isDelivery(delivery) ? delivery : {};
}

export function deliveryOf(args: ValidatedSubscriptionArgs): Delivery {
  return deliveryOfField(selectedField(args)?.field);
}

/** @param services those of the node that serves the subscription */
export function endsWithNode(args: ValidatedSubscriptionArgs, services: Services): boolean {
  const selected = selectedField(args);
  const decide = deliveryOfField(selected?.field).endsWithNode;
  if (selected === undefined || decide === undefined) return false;
  return decide(getArgumentValues(selected.field, selected.node, args.variableValues), services);
}

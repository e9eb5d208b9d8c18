// How the values of a subscription reach its readers. A domain declares it on its own field, with
// `extensions: declareDelivery(…)`, so that no code between the field and the socket knows a subscription by name.
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
   * Creates, for one operation, the function that turns each value into a result. Defaults to executing GraphQL for
   * each value and each reader.
   */
  createRespond?: (args: ValidatedSubscriptionArgs, execute: Respond) => Respond;
  /**
   * Whether a subscription with these arguments follows work of this node that ends by itself. When the node stops,
   * the connection of such a subscription stays open until that end; others are closed, so that their clients
   * reconnect elsewhere. Defaults to false.
   */
  endsWithNode?: (args: Readonly<Record<string, unknown>>, services: Services) => boolean;
};

const declared = new WeakSet<object>();

/** @returns the `extensions` of a subscription field */
export function declareDelivery(delivery: Delivery): { delivery: Delivery } {
  declared.add(delivery);
  return { delivery };
}

function isDelivery(value: unknown): value is Delivery {
  return typeof value === 'object' && value !== null && declared.has(value);
}

type SelectedField = { field: GraphQLField<unknown, unknown>; node: FieldNode };

/** The field that the operation subscribes to. Undefined if it is selected through a fragment: no declaration applies then. */
function selectedField({ schema, operation }: ValidatedSubscriptionArgs): SelectedField | undefined {
  const [node] = operation.selectionSet.selections;
  if (node?.kind !== Kind.FIELD) return undefined;
  const field = schema.getSubscriptionType()?.getFields()[node.name.value];
  return field && { field, node };
}

function deliveryOfField(field: SelectedField['field'] | undefined): Delivery {
  const delivery = field?.extensions.delivery;
  return isDelivery(delivery) ? delivery : {};
}

/** What the selected field declares; empty if it declares nothing. */
export function deliveryOf(args: ValidatedSubscriptionArgs): Delivery {
  return deliveryOfField(selectedField(args)?.field);
}

/** @param services of the node that serves the subscription */
export function endsWithNode(args: ValidatedSubscriptionArgs, services: Services): boolean {
  const selected = selectedField(args);
  const decide = deliveryOfField(selected?.field).endsWithNode;
  if (selected === undefined || decide === undefined) return false;
  return decide(getArgumentValues(selected.field, selected.node, args.variableValues), services);
}

// Answers events of subscriptions without executing GraphQL for each: what an operation selects of a plain value is
// read off its document once. Whatever is not plain (directives, arguments, fields of other types) is left to GraphQL.
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Values of one type that a subscription gives, all of whose fields can be read off them. */
export type PlainType<Value> = {
  /** Name of the subscription. */
  field: string;
  typeName: string;
  /** Other names by which a fragment may mean it: interfaces and unions. */
  alsoNamed: readonly string[];
  is(value: unknown): value is Value;
  /** By the name of the field, as it is in a response. */
  reads: Record<string, (value: Value) => unknown>;
  /** What continues after the value: the id of an event in an event stream. */
  resumeId(value: Value): string;
  /** Whether two values are answered alike, told in less time than it takes to answer. */
  isSame(one: Value, other: Value): boolean;
};

export type Fragments = Record<string, FragmentDefinitionNode>;
type Selected<Value> = Map<string, (value: Value) => unknown>;

/** Adds what the selection reads of a value, by response key. @returns false where it isn't plain */
function collect<Value>(
  set: SelectionSetNode,
  from: { plain: PlainType<Value>; fragments: Fragments },
  into: Selected<Value>,
): boolean {
  const { plain, fragments } = from;
  return set.selections.every((selection) => {
    if (selection.directives !== undefined && selection.directives.length > 0) return false;
    if (selection.kind === Kind.FIELD) {
      const { name } = selection;
      const read = name.value === '__typename' ? () => plain.typeName : plain.reads[name.value];
      if (read !== undefined) into.set(selection.alias?.value ?? name.value, read);
      return read !== undefined;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    if (fragment === undefined) return false;
    const type = fragment.typeCondition?.name.value ?? plain.typeName;
    const isMeant = type === plain.typeName || plain.alsoNamed.includes(type);
    return !isMeant || collect(fragment.selectionSet, from, into);
  });
}

/** @returns what makes the data of a response from a value; undefined where GraphQL must do it */
export function compileSelection<Value>(
  plain: PlainType<Value>,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): ((value: Value) => Record<string, unknown>) | undefined {
  const [field, ...others] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || field.name.value !== plain.field || others.length > 0) return undefined;
  const isPlain = field.selectionSet !== undefined && (field.directives ?? []).length === 0;
  const selected: Selected<Value> = new Map();
  if (!isPlain || !collect(field.selectionSet, { plain, fragments }, selected)) return undefined;
  const key = field.alias?.value ?? field.name.value;
  const entries = [...selected];
  return (value) => ({ [key]: Object.fromEntries(entries.map(([name, read]) => [name, read(value)])) });
}

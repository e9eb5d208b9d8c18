// Compiles the selection of a subscription into a function from value to data, so that GraphQL is not executed for each
// value. It covers fields that can be read off the value; directives, arguments and other types are left to GraphQL.
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** A type of values that a subscription yields, all of whose fields can be read off the value. */
export type PlainType<Value> = {
  /** Name of the subscription field. */
  field: string;
  typeName: string;
  /** Its interfaces and unions: other names by which a fragment may select it. */
  alsoNamed: readonly string[];
  is(value: unknown): value is Value;
  /** The value of each field as it appears in a response, by the name of the field. */
  reads: Record<string, (value: Value) => unknown>;
  /** The id from which a reader resumes after this value: that of an event in an event stream. */
  resumeId(value: Value): string;
  /** Whether two values have the same result. Must be cheaper than making the result. */
  isSame(one: Value, other: Value): boolean;
};

export type Fragments = Record<string, FragmentDefinitionNode>;
type Selected<Value> = Map<string, (value: Value) => unknown>;

/** Adds the selected fields of a value, by response key. @returns false if the selection is left to GraphQL */
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
    const applies = type === plain.typeName || plain.alsoNamed.includes(type);
    return !applies || collect(fragment.selectionSet, from, into);
  });
}

/** @returns a function from value to the data of its result; undefined if the operation is left to GraphQL */
export function compileSelection<Value>(
  plain: PlainType<Value>,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): ((value: Value) => Record<string, unknown>) | undefined {
  const [field, ...otherFields] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || field.name.value !== plain.field || otherFields.length > 0)
    return undefined;
  const hasPlainField = field.selectionSet !== undefined && (field.directives ?? []).length === 0;
  const selected: Selected<Value> = new Map();
  if (!hasPlainField || !collect(field.selectionSet, { plain, fragments }, selected)) return undefined;
  const key = field.alias?.value ?? field.name.value;
  const entries = [...selected];
  return (value) => ({ [key]: Object.fromEntries(entries.map(([name, read]) => [name, read(value)])) });
}

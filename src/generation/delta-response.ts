// Answers the deltas of the subscription `generation` without executing GraphQL for each: what an operation selects
// of a delta is read off its document once. Whatever is not plain (directives, other fields) is left to GraphQL.
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GenerationUpdate } from './follow.ts';

type Delta = Extract<GenerationUpdate, { kind: 'delta' }>;
type Fragments = Record<string, FragmentDefinitionNode>;
type Read = (delta: Delta) => string | number;

const reads: Record<string, Read> = {
  __typename: () => 'GenerationDelta',
  messageId: (delta) => delta.messageId,
  offset: (delta) => delta.offset,
  end: (delta) => delta.end,
  text: (delta) => delta.text,
};

/** Adds what the selection reads of a delta, by response key. @returns false where it isn't plain */
function collect(set: SelectionSetNode, fragments: Fragments, into: Map<string, Read>): boolean {
  return set.selections.every((selection) => {
    if (selection.directives !== undefined && selection.directives.length > 0) return false;
    if (selection.kind === Kind.FIELD) {
      const read = reads[selection.name.value];
      if (read !== undefined) into.set(selection.alias?.value ?? selection.name.value, read);
      return read !== undefined;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    const type = fragment?.typeCondition?.name.value;
    if (fragment === undefined || type === 'GenerationEnd') return fragment !== undefined;
    return collect(fragment.selectionSet, fragments, into);
  });
}

/** @returns what makes the data of a response from a delta; undefined where GraphQL must do it */
export function compileDeltaResponse(
  operation: OperationDefinitionNode,
  fragments: Fragments,
): ((delta: Delta) => Record<string, unknown>) | undefined {
  const [field, ...others] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || field.name.value !== 'generation' || others.length > 0) return undefined;
  const isPlain = field.selectionSet !== undefined && (field.directives ?? []).length === 0;
  const selected = new Map<string, Read>();
  if (!isPlain || !collect(field.selectionSet, fragments, selected)) return undefined;
  const key = field.alias?.value ?? field.name.value;
  const entries = [...selected];
  return (delta) => ({ [key]: Object.fromEntries(entries.map(([name, read]) => [name, read(delta)])) });
}

export function isDelta(value: unknown): value is Delta {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'delta';
}

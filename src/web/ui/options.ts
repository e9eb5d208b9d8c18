// Options of a select, from a record that has a label for each member of an enum: a member without one fails the type check.

export type Option<Value extends string = string> = { value: Value; label: string };

/** @param labels in the order in which they are shown */
export function optionsOf<Value extends string>(labels: Readonly<Record<Value, string>>): Option<Value>[] {
  const isValue = (key: string): key is Value => Object.hasOwn(labels, key);
  return Object.keys(labels)
    .filter(isValue)
    .map((value) => ({ value, label: labels[value] }));
}

/** The option with this value; undefined if it is not one of them, as text in an address may be. */
export function findOption<Value extends string>(
  options: readonly Option<Value>[],
  text: string | null,
): Value | undefined {
  return options.find(({ value }) => value === text)?.value;
}

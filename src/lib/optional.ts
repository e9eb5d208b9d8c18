// The type of a value that a client may leave out.

/** Undefined if left out, null if set to null. Unless a field says otherwise, both mean that it is not set. */
export type Optional<T> = T | null | undefined;

// What a client may leave out: GraphQL gives undefined for an omitted argument, and null for an explicit null.
export type Optional<T> = T | null | undefined;

// Everything that has an id of its own can be looked up by it; ids are the same in events, tables and exports.
import { builder } from './builder.ts';

export const Node = builder.interfaceRef<{ id: string }>('Node').implement({
  description: 'Something with an id that is unique among all things: a conversation, a message or an event.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A ULID.' }),
  }),
});

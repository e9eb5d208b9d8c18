// The interface of everything that has an id. Ids are the same in events, tables and exports.
import { builder } from './builder.ts';

export const Node = builder.interfaceRef<{ id: string }>('Node').implement({
  description: 'Object with a globally unique id: a conversation, a message or an event.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ULID of the object.' }),
  }),
});

// The viewer's part of the graph.
import { builder } from '../graphql/builder.ts';
import { type Viewer, viewerRoles } from './viewer.ts';

const ViewerRoleEnum = builder.enumType('ViewerRole', {
  description: 'What a viewer may do beyond their own conversations.',
  values: {
    USER: { description: 'Reads and writes their own conversations.' },
    ANALYST: { description: 'Reads everything.' },
    SERVICE: { description: 'Reads everything, and writes on behalf of any username.' },
    ADMIN: { description: 'May do everything.' },
  } satisfies Record<(typeof viewerRoles)[number], unknown>,
});

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is asking.',
  fields: (t) => ({
    username: t.exposeString('username', {
      description: "The token's `sub`; `local` where no authentication is configured.",
    }),
    roles: t.field({
      type: [ViewerRoleEnum],
      description: "The token's `roles`; USER where it has none.",
      resolve: (viewer) => viewerRoles.filter((role) => viewer.roles.includes(role)),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'Who is asking.',
    resolve: (_root, _args, context) => context.viewer,
  }),
);

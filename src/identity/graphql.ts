// The viewer in the graph: their username and roles.
import { builder } from '../graphql/builder.ts';
import { type Viewer, viewerRoles } from './viewer.ts';

const ViewerRoleEnum = builder.enumType('ViewerRole', {
  description: 'Permission of a viewer. A viewer with several roles has the permissions of each.',
  values: {
    USER: { description: 'Reads and writes the conversations of their own username.' },
    ANALYST: { description: 'Reads everything, and writes their own conversations.' },
    SERVICE: { description: 'Reads everything, and writes on behalf of any username.' },
    ADMIN: { description: 'Is allowed everything.' },
  } satisfies Record<(typeof viewerRoles)[number], unknown>,
});

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'User or service that sent the operation.',
  fields: (t) => ({
    username: t.exposeString('username', {
      description: 'Username: the `sub` of the token, or `local` if no authentication is configured.',
    }),
    roles: t.field({
      type: [ViewerRoleEnum],
      description:
        'Roles of the token. USER if the token has no `roles`. All roles if no authentication is configured.',
      resolve: (viewer) => viewerRoles.filter((role) => viewer.roles.includes(role)),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'The viewer: the user or service that sent this operation.',
    resolve: (_root, _args, context) => context.viewer,
  }),
);

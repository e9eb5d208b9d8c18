// What the roles of a viewer allow, and how a viewer without the role is refused.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import {
  mayReadAll,
  mayWriteForOthers,
  readAllRoles,
  requireRole,
  type Viewer,
  type ViewerRole,
} from '../../src/identity/viewer.ts';

const as = (...roles: ViewerRole[]): Viewer => ({ username: 'ada', roles, expiresAt: undefined });

describe('a viewer with the roles', () => {
  it.each<[ViewerRole[], boolean, boolean]>([
    [[], false, false],
    [['USER'], false, false],
    [['ANALYST'], true, false],
    [['SERVICE'], true, true],
    [['ADMIN'], true, true],
    [['USER', 'ANALYST'], true, false],
  ])('%j may read everything, or write for others', (roles, readsAll, writesForOthers) => {
    const viewer = as(...roles);
    expect([mayReadAll(viewer), mayWriteForOthers(viewer)]).toEqual([readsAll, writesForOthers]);
    const require = () => requireRole(viewer, { roles: readAllRoles, action: 'export' });
    if (readsAll) expect(require).not.toThrow();
    else expect(require).toThrow(AppError);
  });
});

it.each<[ViewerRole[], string | undefined, string]>([
  [
    [],
    undefined,
    'You have no role. Only the roles ANALYST, SERVICE and ADMIN may export: use a token with one of them.',
  ],
  [
    ['USER'],
    'ask an analyst',
    'You have only USER. Only the roles ANALYST, SERVICE and ADMIN may export: ask an analyst.',
  ],
])('a viewer with the roles %j is refused, and the message says what is needed', (roles, remedy, message) => {
  const needed = { roles: readAllRoles, action: 'export', ...(remedy === undefined ? {} : { remedy }) };
  expect(() => requireRole(as(...roles), needed)).toThrow(new AppError('FORBIDDEN', message));
});

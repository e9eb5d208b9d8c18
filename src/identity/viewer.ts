// Who sends a request, and what their roles allow. Rules about single conversations are enforced in the log and in queries.
import { AppError } from '../errors.ts';

/**
 * - USER: reads and writes their own conversations, which everyone who is authenticated may do.
 * - ANALYST: reads everything.
 * - SERVICE: reads everything, and writes on behalf of any username.
 * - ADMIN: may do everything.
 */
export const viewerRoles = ['USER', 'ANALYST', 'SERVICE', 'ADMIN'] as const;
export type ViewerRole = (typeof viewerRoles)[number];

export type Viewer = {
  username: string;
  roles: readonly ViewerRole[];
  /** When the token expires, in milliseconds since 1970. Undefined without a token, or if it never expires. */
  expiresAt: number | undefined;
};

/** The viewer if no authentication is configured: only this machine can reach the server then. */
export const localViewer: Viewer = { username: 'local', roles: viewerRoles, expiresAt: undefined };

/** Roles that may read everything, whatever its owner. */
export const readAllRoles = ['ANALYST', 'SERVICE', 'ADMIN'] as const satisfies readonly ViewerRole[];
/** Roles that may write on behalf of any username. */
export const writeForOthersRoles = ['SERVICE', 'ADMIN'] as const satisfies readonly ViewerRole[];

function hasRole(viewer: Viewer, roles: readonly ViewerRole[]): boolean {
  return roles.some((role) => viewer.roles.includes(role));
}

export function mayReadAll(viewer: Viewer): boolean {
  return hasRole(viewer, readAllRoles);
}

export function mayWriteForOthers(viewer: Viewer): boolean {
  return hasRole(viewer, writeForOthersRoles);
}

const list = new Intl.ListFormat('en-GB');

/**
 * @param needed.roles one of these is enough
 * @param needed.action completes 'Only the roles … may'
 * @param needed.remedy what the viewer can do instead. Defaults to using another token.
 * @throws AppError FORBIDDEN
 */
export function requireRole(
  viewer: Viewer,
  needed: { roles: readonly ViewerRole[]; action: string; remedy?: string },
): void {
  const { roles, action, remedy = 'use a token with one of them' } = needed;
  if (hasRole(viewer, roles)) return;
  const existing = viewer.roles.length === 0 ? 'no role' : `only ${list.format(viewer.roles)}`;
  throw new AppError(
    'FORBIDDEN',
    `You have ${existing}. Only the roles ${list.format(roles)} may ${action}: ${remedy}.`,
  );
}

/**
 * The author of what the viewer writes: themselves, or the username that they name.
 * @throws AppError FORBIDDEN if they may not write for another username
 */
export function authorOf(viewer: Viewer, username: string | null | undefined): string {
  if (username === null || username === undefined || username === viewer.username) return viewer.username;
  if (mayWriteForOthers(viewer)) return username;
  throw new AppError(
    'FORBIDDEN',
    `You are ${JSON.stringify(viewer.username)} and may not write as ${JSON.stringify(username)}. Leave username out, or use a token with the role SERVICE.`,
  );
}

// Who is asking, and what their roles allow. Rules about single conversations are held by the log and by queries.
import { AppError } from '../errors.ts';

/**
 * - USER: reads and writes their own conversations; everyone who is authenticated may do this much.
 * - ANALYST: reads everything.
 * - SERVICE: reads everything, and writes on behalf of any username.
 * - ADMIN: everything.
 */
export const viewerRoles = ['USER', 'ANALYST', 'SERVICE', 'ADMIN'] as const;
export type ViewerRole = (typeof viewerRoles)[number];

export type Viewer = {
  username: string;
  roles: readonly ViewerRole[];
  /** When the token ends, in milliseconds since 1970; undefined where there is none, or it has no end. */
  expiresAt: number | undefined;
};

/** The viewer where no authentication is configured, and only this machine can ask. */
export const localViewer: Viewer = { username: 'local', roles: viewerRoles, expiresAt: undefined };

export function mayReadAll(viewer: Viewer): boolean {
  return viewer.roles.some((role) => role !== 'USER');
}

export function mayWriteForOthers(viewer: Viewer): boolean {
  return viewer.roles.includes('SERVICE') || viewer.roles.includes('ADMIN');
}

/**
 * The author of what the viewer writes: themselves, or whom they name.
 * @throws AppError FORBIDDEN where they may not write for another
 */
export function authorOf(viewer: Viewer, username: string | null | undefined): string {
  if (username === null || username === undefined || username === viewer.username) return viewer.username;
  if (mayWriteForOthers(viewer)) return username;
  throw new AppError(
    'FORBIDDEN',
    `You are ${JSON.stringify(viewer.username)} and may not write as ${JSON.stringify(username)}: leave username out, or ask with the role SERVICE.`,
  );
}

// Who may have training data: those who may read every conversation that it is made of.
import { AppError } from '../errors.ts';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';

/** @throws AppError FORBIDDEN */
export function refuseUnlessExporter(viewer: Viewer): void {
  if (mayReadAll(viewer)) return;
  throw new AppError('FORBIDDEN', 'Only the roles ANALYST, SERVICE and ADMIN export conversations.');
}

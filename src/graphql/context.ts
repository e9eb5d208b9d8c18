// The context of resolvers, as far as the builder needs it. src/api/context.ts adds what the domains need, so that the
// builder, which every domain imports, imports none of them.
import type { PrismaClient } from '../generated/prisma/client.ts';

/** The parts of the application that resolvers use. */
export interface Services {
  prisma: PrismaClient;
}

export interface Context {
  services: Services;
  /** Aborted when the client disconnects or cancels the operation. */
  signal: AbortSignal;
}

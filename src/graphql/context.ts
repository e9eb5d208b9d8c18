// What resolvers are handed, as far as the builder needs to know it. It is completed in src/api/context.ts, which
// knows the domains: so the builder, which every domain imports, imports none of them.
import type { PrismaClient } from '../generated/prisma/client.ts';

/** What the application is made of. */
export interface Services {
  prisma: PrismaClient;
}

export interface Context {
  services: Services;
  /** Aborted when the client has gone, or cancels the operation. */
  signal: AbortSignal;
}

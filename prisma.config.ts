import { defineConfig } from 'prisma/config';

// `prisma generate` needs no engine, but its command line would download one:
// naming any existing file as the engine keeps the installation offline.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });

// Builds the pages into src/generated/web, with a compressed copy beside each file. Runs after `npm ci`.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('../generated/web', import.meta.url));

const sharedConfig: InlineConfig = {
  root,
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
};

const pagesConfig: InlineConfig = {
  ...sharedConfig,
  build: {
    outDir,
    emptyOutDir: true,
    // The Content-Security-Policy forbids inline assets: each is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
};

/** A single file without a hash in its name, which pages of other applications load. */
const widgetConfig: InlineConfig = {
  ...sharedConfig,
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: join(root, 'widget/main.ts'), formats: ['es'], fileName: () => 'widget.js' },
  },
};

const isCompressible = /\.(html|js|css|svg|ttf|txt|json|webmanifest)$/;

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  await Promise.all([
    promisify(gzip)(content, { level: 9 }).then((bytes) => writeFile(`${path}.gz`, bytes)),
    promisify(brotliCompress)(content, { params }).then((bytes) => writeFile(`${path}.br`, bytes)),
  ]);
}

await rm(outDir, { recursive: true, force: true });
await build(pagesConfig);
await build(widgetConfig);
const files = await readdir(outDir, { recursive: true });
await Promise.all(
  files.filter((file) => isCompressible.test(file)).map((file) => compress(join(outDir, file))),
);

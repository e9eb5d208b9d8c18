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

/** The Content-Security-Policy lets no page load anything that is written into it: every asset is a file. */
const shared: InlineConfig = {
  root,
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
};

const pages: InlineConfig = {
  ...shared,
  build: {
    outDir,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
};

/** One file of its own: a page of another application loads it by its plain name. */
const widget: InlineConfig = {
  ...shared,
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: join(root, 'widget/main.ts'), formats: ['es'], fileName: () => 'widget.js' },
  },
};

const isWorthIt = /\.(html|js|css|svg|ttf|txt|json|webmanifest)$/;

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  await Promise.all([
    promisify(gzip)(content, { level: 9 }).then((bytes) => writeFile(`${path}.gz`, bytes)),
    promisify(brotliCompress)(content, { params }).then((bytes) => writeFile(`${path}.br`, bytes)),
  ]);
}

await rm(outDir, { recursive: true, force: true });
await build(pages);
await build(widget);
const files = await readdir(outDir, { recursive: true });
await Promise.all(files.filter((file) => isWorthIt.test(file)).map((file) => compress(join(outDir, file))));

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { defineConfig } from 'vite';

// `npm run dev` serves the page from Vite and passes everything else to a server started by hand.
const server = process.env.ROOKERY_SERVER ?? 'http://127.0.0.1:8080';

const version = Date.now().toString(36); // pages of one build share an engine

const here = fileURLToPath(new URL('.', import.meta.url));

/** The page's own modules that a module brings along at once: not what it imports when somebody asks for it. */
function loadedWith(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path) || !existsSync(path)) return seen;
  seen.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(
    /^(?:import|export|\})(?! type).*['"](\.[^'"]+\.tsx?)['"];$/gm,
  )) {
    loadedWith(resolve(dirname(path), name!), seen);
  }
  return seen;
}
// One file for the page and one for what its worker shares with it: many small ones are longer, packed.
const engine = loadedWith(resolve(here, 'src/app/engine.ts'));
const page = [...loadedWith(resolve(here, 'src/app/main.tsx'))].filter((path) => !engine.has(path));

export default defineConfig({
  define: { 'import.meta.env.ENGINE': JSON.stringify(`rookery-${version}`) },
  resolve: { alias: { '@rookery/sdk': fileURLToPath(new URL('../sdk/typescript/src/index.ts', import.meta.url)) } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // the first with light-dark()
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: URL would need a wider Content-Security-Policy
    reportCompressedSize: true,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/app/service-worker.ts', engine: 'src/app/engine-worker.ts' },
      // A worker's name is its address, and stays.
      output: {
        entryFileNames: ({ name }) => (name === 'index' ? 'assets/[name]-[hash].js' : '[name].js'),
        codeSplitting: {
          groups: [
            {
              name: 'engine',
              test: (path: string) => engine.has(path) || /sdk.typescript.src/.test(path),
              priority: 2,
            },
            { name: 'page', test: (path: string) => page.includes(path) || /node_modules.@?preact/.test(path) },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/gateway': { target: server, ws: true } } },
});

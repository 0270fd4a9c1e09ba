import { fileURLToPath, URL } from 'node:url';
import { defineConfig } from 'vite';

// `npm run dev` serves the page from Vite and passes everything else to a server started by hand.
const server = process.env.ROOKERY_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  resolve: { alias: { '@rookery/sdk': fileURLToPath(new URL('../sdk/typescript/src/index.ts', import.meta.url)) } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // the first with light-dark()
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: URL would need a wider Content-Security-Policy
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': server, '/gateway': { target: server, ws: true } } },
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// One file, with the SDK inside.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { alias: { '@rookery/sdk': fileURLToPath(new URL('../../sdk/typescript/src/index.ts', import.meta.url)) } },
  build: {
    target: 'es2022',
    lib: { entry: 'rookery-chat.ts', formats: ['es'], fileName: () => 'rookery-chat.js' },
  },
});

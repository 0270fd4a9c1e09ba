// Writes a .br and a .gz beside every file of dist/ that gets smaller by it, so that the server compresses nothing at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const compressible = /\.(html|js|css|svg|json|webmanifest|txt)$/;
// What the page names, or what that imports at once, is loaded before the first message; everything else when somebody asks for it.
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const entries = [...html.matchAll(/<script type="module"[^>]* src="\/([^"]+\.js)"/g)].map(([, name]) => name);
let script = 0;

function loadedWith(name, seen) {
  if (seen.has(name)) return;
  seen.add(name);
  const code = readFileSync(join(dist, name), 'utf8');
  for (const [, imported] of code.matchAll(/(?:^|[;}\s])import(?:[\w$\s{},*]*from)?["']\.\/([^"']+\.js)["']/g)) {
    loadedWith(join(dirname(name), imported), seen);
  }
}
const first = new Set();
for (const entry of entries) loadedWith(entry, first);
loadedWith('engine.js', first); // the worker that has the connection

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !compressible.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  const gzip = gzipSync(plain, { level: 9 });
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  if (gzip.length < plain.length) writeFileSync(`${path}.gz`, gzip);
  if (brotli.length < plain.length) writeFileSync(`${path}.br`, brotli);
  if (first.has(relative(dist, path))) script += gzip.length;
}

const limit = 60 * 1024;
console.log(`JavaScript to the first message, gzipped: ${(script / 1024).toFixed(1)} KiB of ${limit / 1024} KiB`);
if (script > limit) process.exit(1);

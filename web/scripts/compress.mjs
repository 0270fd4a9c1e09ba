// Writes a .br and a .gz beside every file of dist/ that gets smaller by it, so that the server compresses nothing at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const compressible = /\.(html|js|css|svg|json|webmanifest|txt)$/;
const docs = join(dist, 'docs'); // not part of the page: nobody loads it to talk
let script = 0;

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !compressible.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  const gzip = gzipSync(plain, { level: 9 });
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  if (gzip.length < plain.length) writeFileSync(`${path}.gz`, gzip);
  if (brotli.length < plain.length) writeFileSync(`${path}.br`, brotli);
  if (entry.name.endsWith('.js') && !path.startsWith(docs)) script += gzip.length;
}

const limit = 60 * 1024;
console.log(`JavaScript, gzipped: ${(script / 1024).toFixed(1)} KiB of ${limit / 1024} KiB`);
if (script > limit) process.exit(1);

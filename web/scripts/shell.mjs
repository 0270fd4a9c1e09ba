// Tells the service worker what belongs to the shell: everything that was built, with a version that changes when any of it does.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const assets = readdirSync(join(dist, 'assets')).filter((name) => !/\.(br|gz|map)$/.test(name));
const files = [
  'index.html',
  'engine.js',
  'icon.svg',
  'manifest.webmanifest',
  ...assets.map((name) => `assets/${name}`),
].sort();
const hash = createHash('sha256');
for (const name of files) hash.update(name).update(readFileSync(join(dist, name)));

const worker = join(dist, 'sw.js');
let code = readFileSync(worker, 'utf8');
for (const [mark, value] of [
  ['%FILES%', files.map((name) => (name === 'index.html' ? '/' : `/${name}`)).join(' ')],
  ['%VERSION%', hash.digest('hex').slice(0, 16)],
]) {
  if (!code.includes(mark)) throw new Error(`${mark} is not in sw.js`);
  code = code.replace(mark, value);
}
writeFileSync(worker, code);

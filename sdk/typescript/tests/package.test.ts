import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rookery-sdk-package-'));
let files: string[] = [];

beforeAll(() => {
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: sdk,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // What prepack's own tools say comes before the JSON.
  const [packed] = JSON.parse(said.toString().slice(said.toString().indexOf('[\n')));
  files = packed.files.map((file: { path: string }) => file.path);
  execFileSync('tar', ['xf', join(folder, packed.filename)], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a page loads that uses this: minified, gzipped, in bytes. */
async function size(code: string): Promise<number> {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, code);
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        output: { format: 'es', minify: true },
      },
    },
  });
  const [output] = Array.isArray(made) ? made : [made];
  if (!output || !('output' in output)) throw new Error('nothing was built');
  return gzipSync(output.output[0].code, { level: 9 }).length;
}

describe('the package', () => {
  test('has its code, its types and its papers, and nothing else', () => {
    for (const one of [
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'package.json',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/node/index.js',
    ]) {
      expect(files).toContain(one);
    }
    expect(files.filter((file) => !/^(dist\/.*\.(js|d\.ts)|[^/]*\.(md|json)|LICENSE)$/.test(file))).toEqual([]);
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
    expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
  });

  test('is loaded by Node as it is, and offers what it says', () => {
    const script = `
      const { Client, CloseCode, Forbidden } = await import('./package/dist/index.js');
      const { FileStore, openSocket } = await import('./package/dist/node/index.js');
      console.log([Client, FileStore, openSocket, Forbidden].every((one) => typeof one === 'function'), CloseCode.Revoked);`;
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
    expect(said.toString().trim()).toBe('true 4102');
  });

  test('every public name is described', () => {
    const undescribed: string[] = [];
    for (const file of files.filter((one) => one.endsWith('.d.ts') && !one.includes('types/'))) {
      const lines = readFileSync(join(folder, 'package', file), 'utf8').split('\n');
      lines.forEach((line, at) => {
        const name =
          /^export declare (?:abstract )?(?:class|function|const) (\w+)|^export (?:interface|type) (\w+)/.exec(line);
        if (name && !lines[at - 1]?.trim().endsWith('*/')) undescribed.push(`${file}: ${name[1] ?? name[2]}`);
      });
    }
    expect(undescribed).toEqual([]);
  });

  test('is small, and only what is used of it is loaded', async () => {
    const whole = await size(`export * from './package/dist/index.js'`);
    const client = await size(`export { Client } from './package/dist/index.js'`);
    const codes = await size(`export { CloseCode } from './package/dist/index.js'`);
    console.log(`gzipped: everything ${whole}, Client ${client}, CloseCode ${codes} bytes`);
    expect(whole).toBeLessThan(16 * 1024);
    expect(client).toBeLessThanOrEqual(whole);
    expect(codes).toBeLessThan(1024);
  });
});

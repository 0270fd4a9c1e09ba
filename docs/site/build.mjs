// Writes the site at /docs: every Markdown page of docs/, the references from the API documents, and the index of the search.
//
// usage: node docs/site/build.mjs [FOLDER]     FOLDER is web/dist/docs when left out; its api/ (api/build.py) has to be there before
//
// Fails on a link that leads nowhere, on raw HTML, and on code in a language without colours.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layout } from './layout.mjs';
import { BrokenPage, render } from './markdown.mjs';
import { elsewhere, sections as sectionsOf } from './pages.mjs';
import { gateway, rest } from './reference.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const target = resolve(process.argv[2] ?? join(root, 'web/dist/docs'));

const document = (name) => JSON.parse(readFileSync(join(target, 'api', `${name}.json`), 'utf8'));
const generated = { rest: () => rest(document('openapi')), gateway: () => gateway(document('asyncapi')) };

const sections = sectionsOf(root);
const pages = sections.flatMap((section) => section.pages.map((page) => ({ page, part: section.title })));
const images = new Set();
const files = new Map(Object.entries(elsewhere));
for (const { page } of pages) {
  const shown = page.source ?? page.program;
  if (shown) files.set(shown, page.file);
}

function programText(path) {
  const language = { '.mjs': 'js', '.js': 'js', '.ts': 'ts', '.py': 'python' }[extname(path)];
  const fence = '~'.repeat(8);
  return `# ${basename(path)}\n\nIn the repository as \`${path}\`.\n\n${fence}${language}\n${readFileSync(join(root, path), 'utf8')}${fence}\n`;
}

function turn(path) {
  if (files.has(path)) return files.get(path);
  if (files.has(`${path}/README.md`)) return files.get(`${path}/README.md`);
  if (/\.(png|svg)$/.test(path) && existsSync(join(root, path))) {
    images.add(path);
    return `images/${basename(path)}`;
  }
  return undefined;
}

for (const { page } of pages) {
  const source = page.source ?? page.program ?? `docs/${page.generated}.md`;
  const text = page.source
    ? readFileSync(join(root, page.source), 'utf8')
    : page.program
      ? programText(page.program)
      : generated[page.generated]();
  Object.assign(page, render(source, text, turn));
}

// Every link, and the heading that it names.
const anchors = new Map(pages.map(({ page }) => [page.file, new Set(page.headings.map(({ id }) => id))]));
for (const { page } of pages) {
  for (const link of page.links) {
    const [file, fragment] = link.split('#');
    const known = anchors.get(file === '' ? page.file : file);
    if (fragment !== undefined && known && !known.has(fragment))
      throw new BrokenPage(`${page.source ?? page.file}: no heading ${link}`);
  }
}

mkdirSync(join(target, 'images'), { recursive: true });
pages.forEach(({ page, part }, i) => {
  writeFileSync(join(target, page.file), layout(sections, page, pages[i - 1]?.page, pages[i + 1]?.page, part));
});
const lost = {
  file: '404.html',
  title: 'There is no such page',
  headings: [],
  html: '<h1>There is no such page</h1><p>The address may be old. <a href="/docs/index.html">The overview</a> lists what there is, and the search finds it.</p>',
};
// It is shown at any depth, so its addresses cannot be relative.
writeFileSync(
  join(target, lost.file),
  layout(sections, lost, undefined, undefined, '')
    .replaceAll(/(href|src)="(?![/#])(?!\.\.)/g, '$1="/docs/')
    .replaceAll('href="../"', 'href="/"'),
);
const index = pages.flatMap(({ page }) =>
  page.sections.map((section) => ({
    f: page.file,
    p: page.short ?? page.title,
    i: section.id,
    t: section.title,
    x: section.text,
  })),
);
writeFileSync(join(target, 'search-index.js'), `globalThis.rookerySearchIndex=${JSON.stringify(index)};\n`);
for (const path of images) copyFileSync(join(root, path), join(target, 'images', basename(path)));
for (const name of ['site.css', 'site.js']) copyFileSync(join(here, name), join(target, name));
copyFileSync(join(root, 'web/public/icon.svg'), join(target, 'icon.svg'));
console.log(`Documents: ${pages.length} pages in ${target}`);

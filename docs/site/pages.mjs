// What the site is made of, in the order in which it is read. `source` is a file of the repository; `generated` names a part of
// reference.mjs; `program` is shown as code. Every other Markdown file that a page links to has to be here too: the build fails on a link that leads nowhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const decisions = (root) =>
  readdirSync(`${root}/docs/decisions`)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .sort()
    .map((name) => ({
      source: `docs/decisions/${name}`,
      file: `decision-${name.replace(/\.md$/, '.html')}`,
      under: 'decisions.html',
    }));

/** The examples, and below each the programs that its page links to. */
const examples = (root) => {
  const pages = [{ source: 'examples/README.md', file: 'examples.html' }];
  const folders = readdirSync(`${root}/examples`, { withFileTypes: true }).filter((one) => one.isDirectory());
  for (const folder of folders.map((one) => `examples/${one.name}`).sort()) {
    if (!existsSync(`${root}/${folder}/README.md`)) continue;
    const page = { source: `${folder}/README.md`, file: `${folder.replace('/', '-')}.html`, under: 'examples.html' };
    const links = readFileSync(`${root}/${page.source}`, 'utf8').matchAll(/\]\(([\w.-]+\.(?:mjs|js|ts|py))\)/g);
    const programs = [...new Set([...links].map((link) => link[1]))];
    pages.push(
      page,
      ...programs.map((name) => ({
        program: `${folder}/${name}`,
        file: `${folder.replace('/', '-')}-${name}.html`,
        under: page.file,
      })),
    );
  }
  return pages;
};

export const sections = (root) => [
  {
    title: 'Start',
    pages: [
      { source: 'docs/README.md', file: 'index.html', short: 'Overview' },
      { source: 'docs/getting-started.md', file: 'getting-started.html' },
      { source: 'docs/concepts.md', file: 'concepts.html' },
      { source: 'docs/faq.md', file: 'faq.html', short: 'Questions' },
    ],
  },
  {
    title: 'Build',
    pages: [
      { source: 'docs/building-a-client.md', file: 'building-a-client.html' },
      { source: 'sdk/typescript/README.md', file: 'sdk.html', short: 'SDK for TypeScript' },
      ...examples(root),
      { source: 'docs/api.md', file: 'api.html', short: 'The API' },
      { generated: 'rest', file: 'rest.html', short: 'REST reference' },
      { generated: 'gateway', file: 'gateway.html', short: 'Gateway reference' },
    ],
  },
  {
    title: 'Run',
    pages: [
      { source: 'docs/operations.md', file: 'operations.html' },
      { source: 'docs/configuration.md', file: 'configuration.html' },
      { source: 'docs/verify.md', file: 'verify.html' },
    ],
  },
  {
    title: 'Trust',
    pages: [
      { source: 'docs/guarantees.md', file: 'guarantees.html', short: 'Guarantees' },
      { source: 'docs/verification.md', file: 'verification.html' },
      { source: 'docs/performance.md', file: 'performance.html' },
    ],
  },
  {
    title: 'Inside',
    pages: [
      { source: 'docs/architecture.md', file: 'architecture.html' },
      { source: 'docs/decisions/README.md', file: 'decisions.html' },
      ...decisions(root),
      { source: 'docs/seeds.md', file: 'requirements.html', short: 'Requirements' },
      { source: 'CONTRIBUTING.md', file: 'contributing.html' },
      { source: 'CHANGELOG.md', file: 'changes.html' },
    ],
  },
];

/** Links to what is no page of its own: where the site has the same thing. */
export const elsewhere = {
  'README.md': 'index.html',
  'api/openapi.yaml': 'rest.html',
  'api/asyncapi.yaml': 'gateway.html',
  'api/reader/index.html': 'api/index.html',
  api: 'api.html',
  'docs/decisions': 'decisions.html',
  'sdk/typescript': 'sdk.html',
};

// Markdown to HTML: anchors as GitHub makes them, links turned to the site's files, code coloured here and not in the browser.
import { posix } from 'node:path';
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import ini from 'highlight.js/lib/languages/ini';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import nginx from 'highlight.js/lib/languages/nginx';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import MarkdownIt from 'markdown-it';

for (const [name, language] of Object.entries({ bash, cpp, ini, javascript, json, nginx, python, typescript, xml })) {
  hljs.registerLanguage(name, language);
}
const languages = {
  sh: 'bash',
  js: 'javascript',
  ts: 'typescript',
  toml: 'ini',
  html: 'xml',
  text: undefined,
  '': undefined,
};
const labels = {
  sh: 'Shell',
  bash: 'Shell',
  js: 'JavaScript',
  ts: 'TypeScript',
  python: 'Python',
  json: 'JSON',
  toml: 'TOML',
  ini: 'INI',
  html: 'HTML',
};

export const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The anchor that GitHub gives a heading. */
const slugOf = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');

export class BrokenPage extends Error {}

/**
 * Renders one page. `turn(path)` gives the site's address of a file of the repository, or undefined.
 * Gives {title, html, headings: [{level, id, text}], sections: [{id, title, text}], links: [address]}.
 */
export function render(source, text, turn) {
  const markdown = new MarkdownIt({ html: true, linkify: false, typographer: false });
  const broken = (what) => {
    throw new BrokenPage(`${source}: ${what}`);
  };
  const headings = [];
  const links = [];
  const used = new Map();
  const rules = markdown.renderer.rules;

  const turned = (address) => {
    if (/^(https?|mailto):/.test(address)) return address;
    const [path, fragment] = address.split('#');
    const file = path === '' ? '' : turn(posix.normalize(posix.join(posix.dirname(source), path)).replace(/\/$/, ''));
    if (file === undefined) broken(`${address} is no page of the site`);
    const to = fragment === undefined ? file : `${file}#${fragment}`;
    links.push(to);
    return to;
  };

  rules.html_block = rules.html_inline = (tokens, i) =>
    /^\s*<!--.*-->\s*$/s.test(tokens[i].content)
      ? ''
      : broken(`HTML is not for the documents: ${tokens[i].content.trim()}`);
  rules.link_open = (tokens, i, options, _env, self) => {
    tokens[i].attrSet('href', turned(tokens[i].attrGet('href')));
    return self.renderToken(tokens, i, options);
  };
  rules.image = (tokens, i) => {
    const token = tokens[i];
    return `<img src="${escapeHtml(turned(token.attrGet('src')))}" alt="${escapeHtml(token.content)}" loading="lazy">`;
  };
  rules.heading_open = (tokens, i) => {
    const plain = plainOf(tokens[i + 1]);
    const level = Number(tokens[i].tag.slice(1));
    const slug = slugOf(plain);
    const before = used.get(slug) ?? 0;
    used.set(slug, before + 1);
    const id = before ? `${slug}-${before}` : slug;
    headings.push({ level, id, text: plain });
    tokens[i].meta = { id, plain };
    return `<${tokens[i].tag} id="${id}">`;
  };
  rules.heading_close = (tokens, i) => {
    const { id, plain } = tokens[i - 2].meta;
    const anchor =
      tokens[i].tag === 'h1'
        ? ''
        : ` <a class="anchor" href="#${id}" aria-label="Link to “${escapeHtml(plain)}”">#</a>`;
    return `${anchor}</${tokens[i].tag}>\n`;
  };
  rules.fence = rules.code_block = (tokens, i) => {
    const name = tokens[i].info.trim().split(/\s+/)[0];
    const language = name in languages ? languages[name] : name;
    if (language && !hljs.getLanguage(language)) broken(`no colours for the language ${name}`);
    const code = tokens[i].content;
    const inner = language ? hljs.highlight(code, { language }).value : escapeHtml(code);
    const label = labels[name] ?? 'Text';
    return `<div class="code"><pre tabindex="0" role="group" aria-label="${label}"><code>${inner}</code></pre></div>\n`;
  };
  rules.table_open = (tokens, i) => {
    const head = plainHead(tokens, i);
    return `<div class="table${head ? '' : ' bare'}" tabindex="0" role="group" aria-label="Table"><table>\n`;
  };
  rules.table_close = () => '</table></div>\n';
  // An empty head cell heads nothing: a reader would hear it before every cell.
  rules.th_open = (tokens, i, options, _env, self) => {
    if (plainOf(tokens[i + 1]).trim() !== '') return self.renderToken(tokens, i, options);
    tokens[i].tag = 'td';
    return self.renderToken(tokens, i, options);
  };
  rules.th_close = (tokens, i, options, _env, self) => {
    if (plainOf(tokens[i - 1]).trim() === '') tokens[i].tag = 'td';
    return self.renderToken(tokens, i, options);
  };

  const tokens = markdown.parse(text, {});
  const html = markdown.renderer.render(tokens, markdown.options, {});
  const title = headings.find(({ level }) => level === 1)?.text ?? broken('no title');
  return { title, html, headings, links, sections: sectionsOf(tokens) };
}

function plainHead(tokens, start) {
  for (let i = start; tokens[i].type !== 'thead_close'; i++) {
    if (tokens[i].type === 'inline' && tokens[i].content.trim()) return true;
  }
  return false;
}

const plainOf = (inline) =>
  (inline.children ?? [])
    .map((child) =>
      child.type === 'softbreak' ? ' ' : child.type === 'text' || child.type === 'code_inline' ? child.content : '',
    )
    .join('');

/** The text under each heading, for the search. */
function sectionsOf(tokens) {
  const sections = [];
  tokens.forEach((token, i) => {
    if (token.type === 'heading_open')
      sections.push({ id: token.tag === 'h1' ? '' : token.meta.id, title: token.meta.plain, text: '' });
    else if (tokens[i - 1]?.type === 'heading_open') return;
    else if (!sections.length) return;
    else if (token.type === 'inline') sections.at(-1).text += `${plainOf(token)} `;
    else if (token.type === 'fence') sections.at(-1).text += `${token.content} `;
  });
  return sections.map((section) => ({ ...section, text: section.text.replace(/\s+/g, ' ').trim() }));
}

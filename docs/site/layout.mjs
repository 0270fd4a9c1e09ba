// The frame around a page. Nothing is inline: no script, no style.
import { escapeHtml } from './markdown.mjs';

const rook = `<svg class="logo" width="28" height="28" viewBox="0 0 64 64" aria-hidden="true" focusable="false"><rect width="64" height="64" rx="16" class="logo-tile"/><path class="logo-bird" d="M14 45c0-16 9-27 22-27 4 0 7 1 9 3l9 3-8 4c1 12-7 21-19 21l-5 6h-5l3-7c-4 0-6-1-7-3z"/><path class="logo-wing" d="M24 43c7 0 12-4 14-11-7-1-14 3-14 11z"/><circle cx="39.5" cy="25.5" r="2.4" class="logo-tile"/></svg>`;
const icon = (path) =>
  `<svg class="icon" width="18" height="18" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="${path}"/></svg>`;
const glass = icon('M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm5 12 4 4');
const bars = icon('M4 6h16M4 12h16M4 18h16');

function navigation(sections, page) {
  const item = (one) => {
    const here = one.file === page.file ? ' aria-current="page"' : '';
    return `<li${one.under ? ' class="deeper"' : ''}><a href="${one.file}"${here}>${escapeHtml(one.short ?? one.title)}</a></li>`;
  };
  // Pages under another are listed while one is there, or under it.
  const every = sections.flatMap((section) => section.pages);
  const line = new Set();
  for (let at = page; at; at = every.find((one) => one.file === at.under)) line.add(at.file);
  const shown = (one) => !one.under || line.has(one.under);
  return sections
    .map(
      (section, i) =>
        `<h2 id="site-part-${i}">${section.title}</h2><ul aria-labelledby="site-part-${i}">${section.pages.filter(shown).map(item).join('')}</ul>`,
    )
    .join('\n');
}

function contents(headings) {
  const listed = headings.filter(({ level }) => level === 2 || level === 3);
  if (listed.length < 2) return '';
  const items = listed.map(
    ({ level, id, text }) => `<li class="level-${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`,
  );
  return `<nav class="contents" aria-labelledby="site-contents"><h2 id="site-contents">On this page</h2><ul>${items.join('')}</ul></nav>`;
}

const step = (page, rel, word) =>
  page
    ? `<a rel="${rel}" class="step ${rel}" href="${page.file}"><span>${word}</span>${escapeHtml(page.short ?? page.title)}</a>`
    : '';

export function layout(sections, page, before, after, part) {
  const title = page.file === 'index.html' ? 'Rookery documentation' : `${page.title} · Rookery`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#1b1a24" media="(prefers-color-scheme: dark)">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="site.css">
<script defer src="site.js"></script>
</head>
<body>
<a class="skip" href="#site-text">Skip to the text</a>
<header class="top">
<button type="button" class="menu" aria-expanded="false" aria-controls="site-pages" hidden>${bars}<span class="hidden">Pages</span></button>
<a class="brand" href="index.html">${rook}<span>Rookery <small>docs</small></span></a>
<button type="button" class="find" aria-haspopup="dialog" hidden>${glass}<span>Search</span><kbd>/</kbd></button>
<nav class="out" aria-label="Elsewhere"><a href="api/index.html">Try the API</a><a href="../">Open the client</a></nav>
</header>
<div class="frame">
<nav id="site-pages" class="pages" aria-label="Pages">
${navigation(sections, page)}
</nav>
<main id="site-text" tabindex="-1">
<p class="part">${escapeHtml(part)}</p>
<article>
${page.html}
</article>
<nav class="steps" aria-label="Previous and next page">${step(before, 'prev', 'Previous')}${step(after, 'next', 'Next')}</nav>
</main>
${contents(page.headings)}
</div>
<dialog class="search" aria-label="Search the documents">
<div class="ask">${glass}<input type="search" aria-label="Search the documents" placeholder="Search the documents" autocomplete="off" spellcheck="false"><button type="button" class="close">Close</button></div>
<p class="hidden" role="status"></p>
<ul class="found" aria-label="Results"></ul>
<p class="hint">↑ ↓ to choose, Enter to open, Esc to close</p>
</dialog>
</body>
</html>
`;
}

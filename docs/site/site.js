// What the documents do in a browser: the search, copying code, the list of pages on a narrow screen, and where on the page one is.
// A classic script, so that the site also works from a folder.
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  document.documentElement.classList.add('scripted');

  // ---- the list of pages
  const menu = $('.menu');
  const pages = $('#site-pages');
  const showPages = (open) => {
    pages.classList.toggle('open', open);
    menu.setAttribute('aria-expanded', String(open));
  };
  menu.hidden = false;
  menu.addEventListener('click', () => showPages(!pages.classList.contains('open')));
  pages.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !pages.classList.contains('open')) return;
    showPages(false);
    menu.focus();
  });
  const current = $('[aria-current]', pages);
  if (current && current.offsetTop > pages.clientHeight) pages.scrollTop = current.offsetTop - pages.clientHeight / 2;

  // ---- copying
  for (const block of all('.code')) {
    const button = make('button', { type: 'button', className: 'copy', textContent: 'Copy' });
    button.addEventListener('click', async () => {
      try {
        await copy($('code', block).textContent);
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Press Ctrl+C';
        getSelection().selectAllChildren($('code', block));
      }
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 2000);
    });
    block.append(button);
  }

  // The clipboard is there in secure contexts only, which http in one's own network is not.
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = make('textarea', { value: text, className: 'hidden' });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error('not copied');
  }

  // ---- where one is
  const links = new Map(all('.contents a').map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const headings = all('article :is(h2, h3)[id]').filter((heading) => links.has(heading.id));
  if (headings.length) {
    let shown;
    const follow = () => {
      const top = headings.filter((heading) => heading.getBoundingClientRect().top < 140).at(-1) ?? headings[0];
      const link = links.get(top.id);
      if (link === shown) return;
      shown?.classList.remove('here');
      shown?.removeAttribute('aria-current');
      link.classList.add('here');
      link.setAttribute('aria-current', 'true');
      shown = link;
    };
    addEventListener('scroll', follow, { passive: true });
    follow();
  }

  // ---- the search
  const dialog = $('.search');
  const input = $('input', dialog);
  const list = $('.found', dialog);
  const status = $('[role=status]', dialog);
  const find = $('.find');
  const base = new URL('.', $('link[rel=stylesheet]').href);
  let sections;
  let loading;

  const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

  const load = () => {
    loading ??= new Promise((resolve, reject) => {
      const script = make('script', { onload: resolve, onerror: reject });
      script.src = trusted(new URL('search-index.js', base).href);
      document.head.append(script);
    }).then(() => {
      sections = globalThis.rookerySearchIndex.map((one) => ({
        ...one,
        title: fold(one.t),
        page: fold(one.p),
        text: fold(one.x),
      }));
    });
    return loading;
  };

  // The only address that a script may be loaded from.
  const policy = globalThis.trustedTypes?.createPolicy('docs', {
    createScriptURL: (address) => {
      if (address !== new URL('search-index.js', base).href) throw new TypeError('not a script of the documents');
      return address;
    },
  });
  const trusted = (address) => policy?.createScriptURL(address) ?? address;

  // Every word has to be in the section; words in titles, and at the beginning of a word, count more.
  const score = (section, words) => {
    let sum = 0;
    for (const word of words) {
      const whole = new RegExp(`(^|[^\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'u');
      if (section.title === word) sum += 40;
      if (whole.test(section.title)) sum += 20;
      else if (section.title.includes(word)) sum += 8;
      if (whole.test(section.page)) sum += 6;
      if (whole.test(section.text)) sum += 4 + Math.min(4, section.text.split(word).length - 2);
      else if (section.text.includes(word)) sum += 1;
      else if (!section.title.includes(word) && !section.page.includes(word)) return 0;
    }
    return section.i === '' ? sum + 3 : sum;
  };

  const excerpt = (section, words) => {
    const at = Math.max(0, ...words.map((word) => section.text.indexOf(word)));
    const from = at < 40 ? 0 : section.x.indexOf(' ', at - 40) + 1;
    const text = section.x.slice(from, from + 160);
    const folded = fold(text);
    const word = words.find((one) => folded.includes(one));
    const p = make('p', {}, from ? '… ' : '');
    if (!word || folded.length !== text.length) p.append(text);
    else {
      const start = folded.indexOf(word);
      p.append(
        text.slice(0, start),
        make('mark', {}, text.slice(start, start + word.length)),
        text.slice(start + word.length),
      );
    }
    return p;
  };

  const show = async () => {
    await load();
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    const found = words.length
      ? sections
          .map((section) => ({ section, points: score(section, words) }))
          .filter(({ points }) => points > 0)
          .sort((one, other) => other.points - one.points)
          .slice(0, 30)
      : [];
    list.replaceChildren(
      ...found.map(({ section }) => {
        const address = new URL(`${section.f}${section.i ? `#${encodeURIComponent(section.i)}` : ''}`, base).href;
        const where = section.i ? make('small', {}, ` · ${section.p}`) : '';
        return make('li', {}, make('a', { href: address }, make('b', {}, section.t), where, excerpt(section, words)));
      }),
    );
    status.classList.toggle('hidden', !words.length || found.length > 0);
    status.textContent = !words.length ? '' : found.length ? `${found.length} results` : 'Nothing found.';
  };

  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    load().catch(() => {
      loading = undefined;
      status.classList.remove('hidden');
      status.textContent = 'The search could not be loaded. Try again.';
    });
  };

  find.hidden = false;
  find.addEventListener('click', open);
  $('.close', dialog).addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
    if (event.target.closest('.found a')) dialog.close();
  });
  input.addEventListener('input', () => show().catch(() => undefined));
  dialog.addEventListener('keydown', (event) => {
    const rows = all('.found a', dialog);
    const at = rows.indexOf(document.activeElement);
    if (event.key === 'ArrowDown') (rows[at + 1] ?? rows[at] ?? rows[0])?.focus();
    else if (event.key === 'ArrowUp') (at > 0 ? rows[at - 1] : input).focus();
    else if (event.key === 'Escape')
      dialog.close(); // a search field would only be emptied by it
    else if (event.key === 'Enter' && document.activeElement === input) rows[0]?.click();
    else return;
    event.preventDefault();
  });
  addEventListener('keydown', (event) => {
    const writing = event.target.closest?.('input, textarea, select, [contenteditable]');
    const shortcut = event.key === '/' && !writing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!shortcut && !((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k')) return;
    event.preventDefault();
    open();
  });
})();

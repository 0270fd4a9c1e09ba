import { describe, expect, test } from 'vitest';
import { type Block, type Inline, parseMarkdown, textOf } from '../src/timeline/markdown.ts';

/** One line for a tree: what is marked stands in brackets behind its kind. */
function shape(blocks: readonly Block[]): string {
  return blocks.map(block).join(' / ');
}

function block(one: Block): string {
  switch (one.kind) {
    case 'text':
      return inlines(one.children);
    case 'code':
      return `code:${one.language}{${one.text}}`;
    case 'quote':
      return `quote{${shape(one.children)}}`;
    case 'list':
      return `list:${one.start ?? '-'}{${one.items.map(shape).join('; ')}}`;
  }
}

function inlines(parts: readonly Inline[]): string {
  return parts.map(inline).join('');
}

function inline(part: Inline): string {
  if (typeof part === 'string') return part;
  switch (part.kind) {
    case 'code':
      return `code{${part.text}}`;
    case 'link':
      return part.href === part.text ? `link{${part.href}}` : `link{${part.text} → ${part.href}}`;
    case 'user':
      return `user{${part.id}}`;
    case 'everyone':
      return 'everyone{}';
    default:
      return `${part.kind}{${inlines(part.children)}}`;
  }
}

describe('inline', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['a **bold** word', 'a bold{bold} word'],
    ['__bold__ and *it* and _it_', 'bold{bold} and italic{it} and italic{it}'],
    ['~~gone~~ ||guess||', 'strike{gone} spoiler{guess}'],
    ['**bold *both***', 'bold{bold italic{both}}'],
    ['*it **both***', 'italic{it bold{both}}'],
    ['***all***', 'bold{italic{all}}'],
    ['a line\nand **two\nlines**', 'a line\nand bold{two\nlines}'],
    ['5 * 3 * 2, 2*3*4', '5 * 3 * 2, 2*3*4'],
    ['snake_case_name and __init__.py', 'snake_case_name and bold{init}.py'],
    ['**not closed', '**not closed'],
    ['*a *b*', '*a italic{b}'],
    ['**a *b** c*', 'bold{a *b} c*'],
    ['**** ** ||||', '**** ** ||||'],
    ['¯\\_(ツ)_/¯ \\*no\\*', '¯_(ツ)_/¯ *no*'],
    ['\\d \\\\', '\\d \\'],
    ['`**code**` ``a ` b`` `open', 'code{**code**} code{a ` b} `open'],
    ['`` ` ``', 'code{`}'],
    ['**`a`**', 'bold{code{a}}'],
    ['<@12> and @everyone, @everyoneelse', 'user{12} and everyone{}, @everyoneelse'],
    ['**<@12>**', 'bold{user{12}}'],
    ['a < b <@x> <@&5>', 'a < b <@x> <@&5>'],
  ])('%j', (content, expected) => {
    expect(shape(parseMarkdown(content))).toBe(expected);
  });
});

describe('links', () => {
  test.each([
    ['see https://a.example/b?c=1#d.', 'see link{https://a.example/b?c=1#d}.'],
    ['(https://a.example/b)', '(link{https://a.example/b})'],
    ['https://a.example/x_(y)', 'link{https://a.example/x_(y)}'],
    ['https://a.example/x_(y))', 'link{https://a.example/x_(y)})'],
    ['**https://a.example/b**', 'bold{link{https://a.example/b}}'],
    ['_https://a.example/a_b_', 'italic{link{https://a.example/a_b}}'],
    ['https://a.example/__init__', 'link{https://a.example/__init__}'],
    ['HTTPS://A.example/B', 'link{HTTPS://A.example/B → https://a.example/B}'],
    ['[words](https://a.example/b)', 'link{words → https://a.example/b}'],
    ['`https://a.example/`', 'code{https://a.example/}'],
    ['https:// and http://.', 'https:// and http://.'],
    ['xhttps://a.example', 'xhttps://a.example'],
  ])('%j', (content, expected) => {
    expect(shape(parseMarkdown(content))).toBe(expected);
  });

  test.each([
    'javascript:alert(1)',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:x)',
    '[x](//evil.example)',
    '[x]( https://evil.example)',
    '[https://bank.example](https://evil.example/)',
    '[www.bank.example](https://evil.example/)',
    '<a href="javascript:alert(1)">x</a>',
    'http://[',
    'https://:80/',
    'https://%zz/',
  ])('%j leads nowhere but where it says', (content) => {
    const hrefs: string[] = [];
    const walk = (parts: readonly Inline[]) => {
      for (const part of parts) {
        if (typeof part === 'string') continue;
        if (part.kind === 'link') hrefs.push(URL.parse(part.text)?.href === part.href ? '' : part.href);
        if ('children' in part) walk(part.children);
      }
    };
    for (const one of parseMarkdown(content)) if (one.kind === 'text') walk(one.children);
    expect(hrefs.join('')).toBe('');
  });
});

describe('blocks', () => {
  test.each([
    ['```\na\n```', 'code:{a}'],
    ['```ts\nconst a = 1;\n\n  b\n```\nafter', 'code:ts{const a = 1;\n\n  b} / after'],
    ['before\n\n```\n**a**\n```\n\nafter\n', 'before / code:{**a**} / after\n'],
    ['```\nnever closed', '```\nnever closed'],
    ['````\n```\n````', 'code:{```}'],
    ['> a\n> b\nc', 'quote{a\nb} / c'],
    ['> > deep\n> less', 'quote{quote{deep} / less}'],
    ['> ```\n> a\n> ```', 'quote{code:{a}}'],
    ['>:(', '>:('],
    ['- a\n- **b**\n- c', 'list:-{a; bold{b}; c}'],
    ['* a\n* b', 'list:-{a; b}'],
    ['1. a\n2. b', 'list:1{a; b}'],
    ['7) a', 'list:7{a}'],
    ['- a\n  - b\n  - c\n- d', 'list:-{a / list:-{b; c}; d}'],
    ['- a\n  more', 'list:-{a\nmore}'],
    ['- a\n1. b', 'list:-{a} / list:1{b}'],
    ['-no\n-- no\n- ', '-no\n-- no\n- '],
    ['a\n\n\nb', 'a\n\n\nb'],
    ['# no heading\n<b>no tag</b> &amp;', '# no heading\n<b>no tag</b> &amp;'],
  ])('%j', (content, expected) => {
    expect(shape(parseMarkdown(content))).toBe(expected);
  });
});

// A reader that is not linear needs hours for these.
describe('very much of one thing', () => {
  test('a megabyte of stars', () => {
    expect(shape(parseMarkdown('*'.repeat(1_000_000)))).toBe('*'.repeat(1_000_000));
    expect(shape(parseMarkdown('*a '.repeat(333_333)))).toBe('*a '.repeat(333_333));
  }, 120_000);

  const kSize = 200_000;
  test.each([
    '* ',
    '*a ',
    '*a **b ',
    '**a *b ~~c ||d ',
    '_a_',
    '`',
    '``` `` ` ',
    '```\n',
    '~~~x\n````\n',
    '[',
    '[a](',
    '[a](https://',
    'https://',
    'xhttps://',
    'https://a*',
    'https://).',
    '<@',
    '@everyone',
    '> ',
    '> > > > > >\n',
    '- a\n',
    '- a\n  ',
    '1. ',
    '\\',
    '\n',
    '> a\n\n',
    '||',
    'a\u0301',
  ])(
    '%j',
    (piece) => {
      const content = piece.repeat(kSize / piece.length);
      const parsed = parseMarkdown(content);
      expect(parsed.length).toBeGreaterThan(0);
      expect(textOf(parsed, (id) => id, '').length).toBeLessThanOrEqual(kSize * 2);
    },
    120_000,
  );
});

test('the words alone, for one line', () => {
  const content = '**Hi** <@5>, see `x` and ||the end||\n> quoted\n- one\n- two\n```c\nint a;\n```';
  expect(textOf(parseMarkdown(content), (id) => `user ${id}`, '…')).toBe(
    'Hi @user 5, see x and … quoted one · two int a;',
  );
});

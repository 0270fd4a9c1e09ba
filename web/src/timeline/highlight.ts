// Colours for code: comments, strings, numbers and words, which is what people see at a glance. Loaded when a message holds code.

export type Paint = 'comment' | 'string' | 'number' | 'word' | 'name' | 'add' | 'remove' | 'plain';
export interface Piece {
  paint: Paint;
  text: string;
}

interface Language {
  names: string;
  words?: string;
  rules: [Paint, RegExp][];
  /** Words are words in either case. */
  folded?: boolean;
}

// No rule looks far: nothing repeats inside of what repeats, and what has to be followed by something is short.
const slashes: [Paint, RegExp] = ['comment', /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/y];
const hashes: [Paint, RegExp] = ['comment', /#[^\n]*/y];
const quotes: [Paint, RegExp] = ['string', /"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?/y];
const template: [Paint, RegExp] = ['string', /`(?:[^`\\]|\\[\s\S])*`?/y];
const numbers: [Paint, RegExp] = [
  'number',
  /\b(?:0[xX][\da-fA-F_']+|0[bB][01_']+|\d[\d_']*(?:\.\d+)?(?:[eE][+-]?\d+)?)\w*/y,
];
const call: [Paint, RegExp] = ['name', /[A-Za-z_$][\w$]*(?=\()/y];
const c = [slashes, quotes, numbers];

const cWords =
  'auto break case char const continue default do double else enum extern float for goto if inline int long register return short ' +
  'signed sizeof static struct switch typedef union unsigned void volatile while bool true false NULL';
const languages: Language[] = [
  { names: 'c h', words: cWords, rules: [['word', /#\s*\w+/y], ...c] },
  {
    names: 'cpp c++ cc cxx hpp hh',
    words:
      `${cWords} alignas alignof and catch class co_await co_return co_yield concept consteval constexpr constinit const_cast decltype ` +
      'delete dynamic_cast explicit export final friend mutable namespace new noexcept not nullptr operator or override private protected ' +
      'public reinterpret_cast requires static_assert static_cast template this throw try typename using virtual',
    rules: [['word', /#\s*\w+/y], ['string', /R"\((?:[^)]|\)(?!"))*(?:\)")?/y], ...c],
  },
  {
    names: 'js javascript jsx mjs ts typescript tsx',
    words:
      'abstract any as async await boolean break case catch class const continue debugger declare default delete do else enum export ' +
      'extends false finally for from function get if implements import in infer instanceof interface is keyof let namespace never new null ' +
      'number object of override private protected public readonly return satisfies set static string super switch symbol this throw true ' +
      'try type typeof undefined unknown var void while with yield',
    rules: [slashes, quotes, template, numbers],
  },
  {
    names: 'py python',
    words:
      'and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda ' +
      'match None nonlocal not or pass raise return self True try while with yield',
    rules: [
      hashes,
      ['string', /[rbfu]{0,2}(?:"""(?:[^"]|"(?!""))*(?:""")?|'''(?:[^']|'(?!''))*(?:''')?)/iy],
      quotes,
      ['name', /@[\w.]+/y],
      numbers,
    ],
  },
  {
    names: 'rs rust',
    words:
      'as async await bool break const continue crate dyn else enum extern f32 f64 false fn for i16 i32 i64 i8 if impl in isize let loop match ' +
      'mod move mut pub ref return self Self static str String struct super trait true type u16 u32 u64 u8 unsafe use usize where while',
    rules: [
      slashes,
      ['string', /b?"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[^\n]{1,8})'/y],
      ['name', /#!?\[[^\]\n]*\]?|\w+!/y],
      numbers,
    ],
  },
  {
    names: 'go golang',
    words:
      'any bool break byte case chan const continue default defer else error fallthrough false float64 for func go goto if import int int64 ' +
      'interface map nil package range return rune select string struct switch true type uint uint64 var',
    rules: [slashes, quotes, template, numbers],
  },
  {
    names: 'java kt kotlin cs csharp c# swift scala dart php',
    words:
      'abstract as async await base bool boolean break byte case catch char class const continue data def default do double else enum ' +
      'extends extension false final finally float for foreach fun func function guard if implements import in init instanceof int interface ' +
      'internal is let long namespace new nil null object open operator out override package private protected protocol public readonly ' +
      'record return sealed self short static string struct super switch synchronized this throw throws trait true try typeof using val var ' +
      'virtual void volatile when while with yield',
    rules: [slashes, ['name', /[@$][A-Za-z_]\w*/y], quotes, numbers],
  },
  {
    names: 'rb ruby',
    words:
      'and begin break case class def do else elsif end ensure false for if in module next nil not or puts redo require rescue retry return ' +
      'self super then true undef unless until when while yield',
    rules: [hashes, quotes, ['name', /[:@]{1,2}[A-Za-z_]\w*/y], numbers],
  },
  {
    names: 'sh bash zsh shell console',
    words:
      'alias cd case declare do done echo elif else esac eval exec exit export fi for function if in local read return select set shift ' +
      'source sudo then trap unset until while',
    rules: [
      ['comment', /(?<![^\s;])#[^\n]*/y],
      ['string', /"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?/y],
      ['name', /\$\w+|\$\{[^}\n]*\}?|(?<!\S)--?[\w-]+/y],
      numbers,
    ],
  },
  {
    names: 'sql postgres mysql sqlite',
    folded: true,
    words:
      'add all alter and any as asc avg begin between by case check column commit constraint count create cross database default delete desc ' +
      'distinct drop else end except exists foreign from full group having if in index inner insert intersect into is join key left like ' +
      'limit max min not null offset on or order outer primary references returning right rollback select set sum table then top ' +
      'transaction true union unique update using values view when where with',
    rules: [
      ['comment', /--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/y],
      ['string', /'(?:[^']|'')*'?/y],
      ['name', /"[^"\n]*"?/y],
      numbers,
    ],
  },
  {
    names: 'json jsonc json5',
    words: 'true false null',
    rules: [
      slashes,
      ['name', /"(?:[^"\\\n]|\\[^\n])*"(?=\s{0,20}:)/y],
      quotes,
      ['number', /-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
    ],
  },
  {
    names: 'yaml yml toml ini conf dockerfile makefile make cmake',
    words:
      'true false null yes no on off FROM RUN COPY ENV WORKDIR CMD ENTRYPOINT EXPOSE ARG USER VOLUME if else endif function endfunction set',
    rules: [
      ['comment', /(?<![^\s])[#;][^\n]*/y],
      ['name', /(?<=^|\n)[ \t]{0,40}(?:- )?[\w./-]{1,80}(?=\s{0,8}[:=])|\[[\w. -]+\]/y],
      quotes,
      numbers,
    ],
  },
  {
    names: 'html xml svg vue',
    rules: [
      ['comment', /<!--(?:[^-]|-(?!->))*(?:-->)?/y],
      ['word', /<\/?[\w:-]+|\/?>/y],
      ['string', /"[^"<]*"?/y],
      ['name', /[\w:-]{1,64}(?==)|&#?\w{1,20};/y],
    ],
  },
  {
    names: 'css scss less',
    rules: [
      slashes,
      quotes,
      ['name', /--[\w-]+|[\w-]{1,64}(?=\s{0,8}:)/y],
      ['word', /[.#@][\w-]+|!important/y],
      ['number', /#[\da-f]{3,8}\b|-?\b\d[\d.]*(?:%|[a-z]+)?/iy],
    ],
  },
  {
    names: 'diff patch',
    rules: [
      ['comment', /(?<=^|\n)(?:@@|diff |index |--- |\+\+\+ )[^\n]*/y],
      ['add', /(?<=^|\n)\+[^\n]*/y],
      ['remove', /(?<=^|\n)-[^\n]*/y],
    ],
  },
];

const kMost = 20_000; // characters; longer code stays plain
const kWord = /[A-Za-z_$][\w$]*/y;
const kOther = /[^\w$]/y;
const byName = new Map(languages.flatMap((one) => one.names.split(' ').map((name) => [name, one] as const)));

/** Code in pieces, one after the other; undefined for a language that is not known. Joined, they are the code. */
export function highlight(code: string, name: string): Piece[] | undefined {
  const language = byName.get(name);
  if (!language || code.length > kMost) return undefined;
  const words = new Set(language.words?.split(' '));
  const isWord = (text: string) => words.has(language.folded ? text.toLowerCase() : text);
  const pieces: Piece[] = [];
  const put = (paint: Paint, text: string) => {
    const last = pieces.at(-1);
    if (last?.paint === paint) last.text += text;
    else pieces.push({ paint, text });
  };
  const take = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at;
    return pattern.exec(code)?.[0];
  };
  for (let at = 0; at < code.length; ) {
    let text: string | undefined;
    let paint: Paint = 'plain';
    for (const [as, pattern] of language.rules) {
      text = take(pattern, at);
      if (text) {
        paint = as;
        break;
      }
    }
    if (!text) {
      text = take(kWord, at);
      if (text) paint = isWord(text) ? 'word' : take(call[1], at) ? call[0] : 'plain';
    }
    text ||= take(kOther, at) ?? code[at]!;
    put(paint, text);
    at += text.length;
  }
  return pieces;
}

import { describe, expect, test } from 'vitest';
import { highlight } from '../src/timeline/highlight.ts';

const painted = (code: string, language: string) =>
  (highlight(code, language) ?? []).filter((one) => one.paint !== 'plain').map((one) => `${one.paint} ${one.text}`);

describe('highlight', () => {
  test.each([
    ['ts', 'const a = "b"; // c', ['word const', 'string "b"', 'comment // c']],
    ['ts', 'f(`x\n`, 0x1f)', ['name f', 'string `x\n`', 'number 0x1f']],
    [
      'cpp',
      "#include <a>\nint main() { return 1'000; } /* b */",
      ['word #include', 'word int', 'name main', 'word return', "number 1'000", 'comment /* b */'],
    ],
    ['py', 'def f():\n  """a\n"b" """  # c', ['word def', 'name f', 'string """a\n"b" """', 'comment # c']],
    ['sh', 'echo "$a" --long # x', ['word echo', 'string "$a"', 'name --long', 'comment # x']],
    ['sql', "SELECT 'it''s' FROM t", ['word SELECT', "string 'it''s'", 'word FROM']],
    ['json', '{"a": [1, true, "b"]}', ['name "a"', 'number 1', 'word true', 'string "b"']],
    ['html', '<a href="x">', ['word <a', 'name href', 'string "x"', 'word >']],
    ['diff', '-old\n+new\n same', ['remove -old', 'add +new']],
    ['yaml', 'name: "x" # y', ['name name', 'string "x"', 'comment # y']],
    ['rust', 'fn a(s: &str) { println!("b") }', ['word fn', 'name a', 'word str', 'name println!', 'string "b"']],
  ])('%s: %j', (language, code, expected) => {
    expect(painted(code, language)).toEqual(expected);
  });

  test('an unknown language, and very long code, stay plain', () => {
    expect(highlight('x', 'klingon')).toBeUndefined();
    expect(highlight('x', '__proto__')).toBeUndefined();
    expect(highlight('x'.repeat(20_001), 'c')).toBeUndefined();
  });

  const kLanguages = 'c cpp ts py rust go java rb sh sql json yaml html css diff'.split(' ');
  const kPieces = [
    '/*',
    '*',
    '"',
    "'",
    '\\"',
    '`',
    '<!--',
    '-',
    '"""',
    '#',
    'a(',
    '0x',
    '9',
    '\n',
    '-- ',
    '[',
    'é',
    '$',
    '@',
    '   ',
  ];
  test.each(kLanguages)(
    '%s: nothing is lost, whatever it is given, and it ends',
    (language) => {
      for (const piece of kPieces) {
        const code = piece.repeat(20_000 / piece.length);
        expect(
          highlight(code, language)!
            .map((one) => one.text)
            .join(''),
        ).toBe(code);
      }
    },
    120_000,
  );
});

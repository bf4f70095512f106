import { describe, expect, test } from 'vitest';
import { faultsOf, hostileText, seeded, tryText } from '../../../support/wiki-fuzz.ts';
import { drawn } from './drawn.ts';

const LARGE = 262_144;
const PIECES = [
  ...[
    "'",
    "''x",
    '[',
    '[[',
    '[a:',
    '["',
    '[1:',
    '[=#a b]',
    '{{{',
    '{{{\n',
    '{1',
    '|',
    '||a',
    '|| !||',
    '|-----',
    '|-\n',
    '>',
    '> a\n\n',
    '>\n',
  ],
  ...[
    ' *',
    ' * \n',
    ' ',
    '\t\n',
    '\n',
    '`',
    '`x',
    '!',
    '!a',
    'a:',
    'a:b ',
    'a:"',
    'a@b.',
    '#1,',
    'Aa',
    'AaBb/',
    '<a:',
    '&',
    '= a\n',
    '=||',
    '=',
  ],
  ...[
    '\\\\',
    ' a::b',
    ' a:: b\n',
    'r1:',
    '{{{#!div\n',
    '{{{#!td\nx\n}}}\n',
    '{{{#!python\nx=1\n}}}\n',
    '{{{#!tsv\n"a""\t\n}}}\n',
    '[[span(a)]]',
  ],
  ...[
    "'''//__~~,,^",
    '[[BR]]\n',
    'É',
    '🎉',
    '\u200b',
    '|- a=a',
    'a=a',
    '-a ',
    '{{{#!div a=a a=',
    '::',
    '}}}',
    '}}}\n',
    '[[a|b]]',
    '[.',
    '1. ',
    '-',
  ],
];

test.each(PIECES)('256 KB of %j are read in well under a second', (piece) => {
  const text = piece.repeat(Math.ceil(LARGE / piece.length)).slice(0, LARGE);
  for (const inline of [false, true]) {
    const { milliseconds } = tryText(text, false, { inline, breaks: true });
    expect(milliseconds).toBeLessThan(1000);
  }
});

test.each([
  [' * x', '<ul>', 50],
  [' 1. x', '<ol>', 50],
  ['text', '<blockquote>', 50],
  ['{{{#!div', '<div ', 20],
] as const)('%j ever deeper is drawn with %j %i deep at most', (start, element, most) => {
  const text = Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}${start}\n`).join('');
  expect(tryText(text, true, { inline: false, breaks: false }).faults).toEqual([]);
  expect(drawn(text).split(element)).toHaveLength(most + 1);
});

test('citations ten thousand deep are drawn twenty deep', () => {
  const { faults, milliseconds } = tryText(`${'>'.repeat(10_000)} x\n`.repeat(20), true, { inline: false, breaks: false });
  expect(faults).toEqual([]);
  expect(milliseconds).toBeLessThan(1000);
});

describe('the search for faults', () => {
  test.each([
    ['<p>x', 'left open: p'],
    ['<p><b>x</p></b>', '</p> closes something else'],
    ['<p><div>x</div></p>', 'written'],
    ['a < b', 'a bare < or >'],
    ['<script>x</script>', 'element script'],
    ['<a href="javascript:x">y</a>', 'href=javascript:x'],
    ['<b onclick="x">y</b>', 'attribute onclick'],
    ['<select>', 'what follows'],
  ])('finds what is wrong with %s', (html, fault) => {
    expect(faultsOf(html, true).join(' ')).toContain(fault);
  });
});

test('ten seconds of hostile texts: none throws, none takes long, all are closed in themselves and run nothing', () => {
  const end = performance.now() + 10_000;
  const found: unknown[] = [];
  for (let seed = 1; performance.now() < end && seed <= 2_000; seed++) {
    const random = seeded(seed);
    const { text, strict } = hostileText(random);
    const { milliseconds, faults } = tryText(text, strict, { inline: random() < 0.2, breaks: random() < 0.5 });
    if (faults.length > 0 || milliseconds > 1000) found.push({ seed, milliseconds, faults });
  }
  expect(found).toEqual([]);
}, 60_000);

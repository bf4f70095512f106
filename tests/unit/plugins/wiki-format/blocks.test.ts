import { describe, expect, test } from 'vitest';
import { drawn } from './drawn.ts';

const citation = (inside: string): string => `<blockquote class="citation">\n${inside}</blockquote>\n`;
const p = (text: string): string => `<p>\n${text}\n</p>\n`;

describe('headings', () => {
  test('equal ones have different names', () => {
    expect(drawn('= a =\n= a =\n= a1 =\n== b == #a')).toBe(
      '<h1 class="section" id="a">a</h1>\n<h1 class="section" id="a1">a</h1>\n<h1 class="section" id="a11">a1</h1>\n' +
        '<h2 class="section" id="a2">b</h2>\n',
    );
  });

  test('a name that the page itself uses is not taken away from it', () => {
    expect(drawn('= comment =')).toContain('id="section-comment"');
  });

  test('a name begins with a letter', () => {
    expect(drawn('= 1. First =')).toContain('id="a1.First"');
    expect(drawn('= ... =')).toContain('id="a..."');
    expect(drawn('= Größe & Maß =')).toContain('id="GrößeMaß"');
  });

  test('seven signs, or none before the text, are text', () => {
    expect(drawn('======= a')).toBe(p('======= a'));
    expect(drawn('=a=')).toBe(p('=a='));
  });
});

describe('lists', () => {
  test.each([
    [' i. a\n ii. b', '<ol class="lowerroman"><li>a\n</li><li>b\n</li></ol>'],
    [' I. a', '<ol class="upperroman"><li>a\n</li></ol>'],
    [' A. a', '<ol class="upperalpha"><li>a\n</li></ol>'],
    [' c. a', '<ol class="loweralpha" start="3"><li>a\n</li></ol>'],
    [' 0. a', '<ol start="0"><li>a\n</li></ol>'],
    [' - a\n * b', '<ul><li>a\n</li><li>b\n</li></ul>'],
    [' * a\n 1. b', '<ul><li>a\n</li></ul><ol><li>b\n</li></ol>'],
    ['  * a\n * b', '<ul><li>a\n</li></ul><ul><li>b\n</li></ul>'],
    [' * a\n   1. b\n   text\n * c', '<ul><li>a\n<ol><li>b\ntext\n</li></ol></li><li>c\n</li></ul>'],
    [" * '''a\n   * b", '<ul><li><strong>a\n</strong><ul><li>b\n</li></ul></li></ul>'],
    [' * a\n   > b\n * c', `<ul><li>a\n${citation(p('b'))}</li><li>c\n</li></ul>`],
  ])('%j', (text, html) => {
    expect(drawn(text)).toBe(html);
  });

  test.each(['*a', '*', '1.a', 'ab. c', '-- a', '1.5 a'])('%j is no item', (text) => {
    expect(drawn(text)).toBe(p(text));
  });
});

describe('definitions', () => {
  test.each([
    [' a:: b\n   more\nout', `<dl class="wiki"><dt>a</dt><dd>b\nmore\n</dd></dl>\n${p('out')}`],
    [' a::\n   b', '<dl class="wiki"><dt>a</dt><dd>\nb\n</dd></dl>\n'],
    [' `x::y`:: z', '<dl class="wiki"><dt><code>x::y</code></dt><dd>z\n</dd></dl>\n'],
    [' a:: b\n   * c\n d:: e', '<dl class="wiki"><dt>a</dt><dd>b\n<ul><li>c\n</li></ul></dd><dt>d</dt><dd>e\n</dd></dl>\n'],
    [" a:: '''b\n c:: d", '<dl class="wiki"><dt>a</dt><dd><strong>b\n</strong></dd><dt>c</dt><dd>d\n</dd></dl>\n'],
  ])('%j', (text, html) => {
    expect(drawn(text)).toBe(html);
  });

  test.each(['a:: b', ' a::b', ' ::b'])('%j is none', (text) => {
    expect(drawn(text)).not.toContain('<dl');
  });
});

describe('quotes', () => {
  test('each step to the right is one deeper, and the step back ends it', () => {
    expect(drawn('  a\n    b\n  c\nd')).toBe(
      `<blockquote>\n${p('a')}<blockquote>\n${p('b')}</blockquote>\n${p('c')}</blockquote>\n${p('d')}`,
    );
  });

  test('citations within citations, and their end', () => {
    expect(drawn('> a\n>> b\n> c\n\n> d')).toBe(citation(p('a') + citation(p('b')) + p('c')) + citation(p('d')));
  });

  test('a citation holds whatever a text may hold', () => {
    expect(drawn('> = a =\n> {{{\n> x\n> }}}\n> || b ||')).toBe(
      citation(
        '<h1 class="section" id="a">a</h1>\n<pre class="wiki">x\n</pre><table class="wiki">\n<tr><td> b \n</td></tr></table>\n',
      ),
    );
  });
});

describe('tables', () => {
  const table = (rows: string): string => `<table class="wiki">\n${rows}</table>\n`;
  test.each([
    ['||||  a  ||', '<tr><td colspan="2" style="text-align: center">  a  \n</td></tr>'],
    ['||a||', '<tr><td>a\n</td></tr>'],
    ['|| ||', '<tr><td> \n</td></tr>'],
    ['||= a =|| b', '<tr><th> a </th><td> b\n</td></tr>'],
    ['|| `a||b` || !|| ||', '<tr><td style="text-align: right"> <code>a||b</code> </td><td> || \n</td></tr>'],
    ["|| '''a || b ||", '<tr><td> <strong>a </strong></td><td> b \n</td></tr>'],
    ['|| a ||\n|----\n|| b ||', '<tr><td> a \n</td></tr><tr>\n<td> b \n</td></tr>'],
  ])('%j', (text, rows) => {
    expect(drawn(text)).toBe(table(rows));
  });

  test('an empty line or a line without cells ends one', () => {
    expect(drawn('|| a ||\n\n|| b ||\nc')).toBe(
      `${table('<tr><td> a \n</td></tr>')}${table('<tr><td> b \n</td></tr>')}${p('c')}`,
    );
  });

  test('a line between rows may say how the next is aligned; another line that begins so is text', () => {
    expect(drawn('|| a ||\n|-- align=right onclick=x\n|| b ||')).toContain('</tr><tr align="right">');
    expect(drawn('|-> x')).toBe(p('|-&gt; x'));
  });

  test('bars in code alone make no table', () => {
    expect(drawn('a `x || y` b')).toBe(p('a <code>x || y</code> b'));
  });
});

test('rules end what is open', () => {
  expect(drawn(' * a\n----\nb')).toBe(`<ul><li>a\n</li></ul><hr />\n${p('b')}`);
  expect(drawn('---')).toBe(p('---'));
});

test('ends of lines of every kind are ends of lines', () => {
  expect(drawn('a\r\nb\rc\n\r\nd')).toBe(p('a\nb\nc') + p('d'));
});

test('what is kept of ends of lines stands in paragraphs only, once', () => {
  const breaks = true;
  expect(drawn('a[[BR]]\nb\n * c\n   d\n\n|| e ||', { breaks })).toBe(
    `${p('a<br />\nb<br />')}<ul><li>c\nd\n</li></ul><table class="wiki">\n<tr><td> e \n</td></tr></table>\n`,
  );
});

import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../../plugins/wiki-format/records.ts';
import { drawn } from './drawn.ts';

const block = (first: string, ...lines: string[]): string => [`{{{${first}`, ...lines, '}}}'].join('\n');

describe('blocks of code', () => {
  test('the processor may be named in the first line within', () => {
    expect(drawn(block('', '#!div class=x', 'a'))).toBe('<div class="x"><p>\na\n</p>\n</div>');
  });

  test('an indented block loses as much from its lines', () => {
    expect(drawn('  {{{\n  a\n    b\n  }}}')).toBe('<pre class="wiki">a\n  b\n</pre>');
    expect(drawn('  {{{\na\n  b\n  }}}')).toBe('<pre class="wiki">a\n  b\n</pre>');
  });

  test('a block that nobody closes reaches to the end', () => {
    expect(drawn('a\n{{{\nb\n= c =')).toBe('<p>\na\n</p>\n<pre class="wiki">b\n= c =\n</pre>');
  });

  test('braces that are closed in their line are no block', () => {
    expect(drawn('{{{#!x y}}}')).toBe('<p>\n<code>#!x y</code>\n</p>\n');
  });

  test('a language is highlighted by class, also where it is named by its MIME type', () => {
    for (const name of ['python', 'text/x-python', 'py'])
      expect(drawn(block(`#!${name}`, 'def f(): pass'))).toBe(
        '<div class="wiki-code"><div class="code"><pre><span class="hljs-keyword">def</span> ' +
          '<span class="hljs-title function_">f</span>(): <span class="hljs-keyword">pass</span>\n</pre></div></div>',
      );
  });

  test.each([
    'sh',
    'c++',
    'js',
    'text/html',
    'xml',
    'ini',
    'haskell',
    'hs',
    'pascal',
    'jinja',
    'latex',
    'text/x-csrc',
    'application/xhtml+xml',
  ])('%s is a language', (name) => {
    expect(drawn(block(`#!${name}`, 'x = 1'))).toMatch(/^<div class="wiki-code"><div class="code"><pre>/);
  });

  test.each(['csv', 'nosuch', '../x', 'x/y', 'constructor'])('%s is none', (name) => {
    expect(drawn(block(`#!${name}`, 'x'))).toMatch(/^<(?:macro|p>)/);
  });

  test('numbered lines close the tokens that go on in the next', () => {
    const html = drawn(block('#!c lineno marks=2', '/* a', 'b */'));
    expect(html).toContain('<tr><th id="a-L1"><a href="#a-L1">1</a></th><td><span class="hljs-comment">/* a</span>\n</td></tr>');
    expect(html).toContain(
      '<tr class="hilite"><th id="a-L2"><a href="#a-L2">2</a></th><td><span class="hljs-comment">b */</span>\n',
    );
  });

  test('two numbered blocks do not share the names of their lines', () => {
    const text = block('#!c lineno', 'a');
    expect(drawn(`${text}\n${text}`).match(/id="[^"]*"/g)).toEqual(['id="a-L1"', 'id="a1-L1"']);
  });

  test('code on which the highlighter would work for seconds is drawn as it is, in time', () => {
    const code = '[a]('.repeat(5_000);
    const start = process.cpuUsage();
    const html = drawn(block('#!markdown', code));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(900);
    expect(html).toBe(`<div class="wiki-code"><div class="code"><pre>${code}\n</pre></div></div>`);
  });

  test('a name that is no language may be a macro, which gets the text', () => {
    expect(drawn(block('#!Graph a=b c', 'x', 'y'))).toBe('<macro Graph(a=b c) block "x\\ny\\n">');
  });
});

describe('elements', () => {
  test('attributes are kept where they are harmless', () => {
    expect(
      drawn(block('#!div class="x tracts-y" style="color: red; position: fixed" onclick="x" id=preview title="<"', 'a')),
    ).toBe('<div class="x" style="color: red" title="&lt;"><p>\na\n</p>\n</div>');
  });

  test('blocks hold blocks, twenty deep; deeper ones stand as typed', () => {
    const deep = drawn('{{{#!div\n'.repeat(10_000));
    expect(deep.match(/<div/g)).toHaveLength(20);
    expect(deep).toContain('<pre class="wiki">{{{#!div\n');
  });

  test('a table with attributes of its own', () => {
    expect(drawn('{{{#!table class=x\n{{{#!tr align=right\n|| a ||\n{{{#!td colspan=2\nb\n}}}\n}}}\n|| c ||\n}}}')).toBe(
      '<table class="x">\n<tr align="right"><td> a \n</td><td colspan="2"><p>\nb\n</p>\n</td></tr><tr><td> c \n</td></tr></table>\n',
    );
  });

  test.each(['#!table', '#!tr'])('only cells fit into %s', (name) => {
    for (const inside of ['text', ' * item', '  indented', '{{{#!div\n}}}', '= h =', '> q', '----', '{{{#!tr\n{{{#!tr\n}}}\n}}}'])
      expect(drawn(block(name, inside))).toContain('system-message');
  });

  test('cells in blocks go on with the row of the line before, if that says so', () => {
    expect(drawn('|| a ||\\\n{{{#!td\nb\n}}}')).toBe(
      '<table class="wiki">\n<tr><td> a \n</td><td><p>\nb\n</p>\n</td></tr></table>\n',
    );
  });

  test('from right to left, comments, HTML', () => {
    expect(drawn(block('#!rtl class=x', 'a'))).toBe('<div class="rtl x"><p>\na\n</p>\n</div>');
    expect(drawn(block('#!htmlcomment', 'a > b'))).toBe('<!--\na &gt; b\n-->\n');
    expect(drawn(block('#!htmlcomment', 'a -- b'))).toContain('system-message');
    expect(drawn(block('#!html', '<b onclick=x>a</b><script>b</script>'))).toBe('<b>a</b>\n');
  });

  test('so much HTML that sanitising would take too long stands as typed', () => {
    const start = process.cpuUsage();
    const html = drawn(`${block('#!html', '<p>')}\n`.repeat(20_000));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1500);
    expect(html.endsWith('<pre class="wiki">&lt;p&gt;\n</pre>')).toBe(true);
  });
});

describe('records', () => {
  test('fields may be quoted, hold quotes, ends of lines and separators, and be empty', () => {
    expect(readRecords('a,"b ""c"", d"\n"e\nf",\n', ',')).toEqual([
      ['a', 'b "c", d'],
      ['e\nf', ''],
    ]);
    expect(readRecords('a\tb', '\t')).toEqual([['a', 'b']]);
    expect(readRecords('a,', ',')).toEqual([['a', '']]);
    expect(readRecords('"a', ',')).toEqual([['a']]);
  });

  test('are drawn as a table whose first row names the columns', () => {
    const html = '<table class="wiki"><thead><tr><th>a</th></tr></thead><tbody><tr><td>&lt;1</td></tr></tbody></table>\n';
    expect(drawn(block('#!text/csv', 'a', '<1'))).toBe(html);
    expect(drawn(block('#!tsv', 'a', '<1'))).toBe(html);
  });
});

describe('diffs', () => {
  const patch = ['--- a.c\tbefore', '+++ b.c\tafter', '@@ -1,3 +1,4 @@ main', ' same', '-old line', '+new line', '+more', ' end'];

  test('lines are numbered on both sides, and told apart', () => {
    const html = drawn(block('#!diff', ...patch));
    expect(html).toContain('<h2>a.c</h2>');
    expect(html).toContain(
      '<tbody class="unmod"><tr><th>1</th><th>1</th><td class="l"><span>same</span>&nbsp;</td></tr></tbody>',
    );
    expect(html).toContain('<tr class="first"><th>2</th><th>&nbsp;</th><td class="l"><span>old line</span>&nbsp;</td></tr>');
    expect(html).toContain('<tr class="last"><th>&nbsp;</th><th>3</th><td class="r"><span>more</span>&nbsp;</td></tr>');
    expect(html).toContain('<th>3</th><th>4</th><td class="l"><span>end</span>');
  });

  test('where a line became another, what differs is marked', () => {
    const html = drawn(block('#!diff', '--- a', '+++ b', '@@ -1 +1 @@', '-x <old> y', '+x <new> y'));
    expect(html).toContain('<span>x &lt;<del>old</del>&gt; y</span>');
    expect(html).toContain('<span>x &lt;<ins>new</ins>&gt; y</span>');
  });

  test('added and removed files have the name that they had', () => {
    expect(drawn(block('#!diff', '--- /dev/null', '+++ b', '@@ -0,0 +1 @@', '+x'))).toContain('<h2>b</h2>');
    expect(drawn(block('#!diff', '--- a', '+++ /dev/null', '@@ -1 +0,0 @@', '-x'))).toContain('<del>x</del>');
  });

  test('what is no diff is drawn as typed', () => {
    expect(drawn(block('#!diff', 'a <b>'))).toBe('<div class="wiki-code"><div class="code"><pre>a &lt;b&gt;\n</pre></div></div>');
  });
});

import { describe, expect, test } from 'vitest';
import type { CompiledText } from '../../../../core/index.ts';
import { markdownFormat } from '../../../../plugins/markdown/format.ts';

const format = markdownFormat();
const compile = (source: string, more = {}): CompiledText => format.compile(source, { inline: false, breaks: true, ...more });
/** The HTML with references in braces. */
const draw = (source: string, more = {}): string =>
  compile(source, more)
    .parts.map((part) => {
      if (typeof part === 'string') return part;
      return part.kind === 'link'
        ? `{${part.namespace}|${part.target}|${part.label}}`
        : `{${part.name}(${part.args}) ${part.place}}`;
    })
    .join('');

describe('GitHub’s flavour', () => {
  test.each([
    ['**b** *i* ~~s~~ `c`', '<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>\n'],
    ['a\nb', '<p>a<br />\nb</p>\n'],
    [
      '- [x] done\n- [ ] open',
      expect.stringMatching(/<li><input type="checkbox"[^>]*checked[^>]*> done<\/li>\n<li><input(?![^>]*checked)/),
    ],
    ['|a|b|\n|-|-:|\n|1|2|', expect.stringContaining('<td align="right">2</td>')],
    ['```js\nlet a = 1;\n```', expect.stringContaining('<code class="hljs language-js"><span class="hljs-keyword">let</span>')],
    ['```nosuch\n<b>\n```', '<pre><code class="hljs language-nosuch">&lt;b&gt;\n</code></pre>\n'],
    [
      'see http://example.org.',
      expect.stringContaining('<a href="http://example.org" class="ext-link" rel="nofollow noopener">'),
    ],
    ['<b>x</b>', '<p>&lt;b&gt;x&lt;/b&gt;</p>\n'],
    ['# One `two`\n\n# One two', '<h1 id="Onetwo">One <code>two</code></h1>\n<h1 id="Onetwo-2">One two</h1>\n'],
    ['# comment', '<h1>comment</h1>\n'],
  ])('%j', (source, html) => expect(draw(source)).toEqual(html));
});

describe('references', () => {
  test.each([
    ['#1, #2.', '<p>{ticket|1|#1}, {ticket|2|#2}.</p>\n'],
    ['#1,3-5 a#1 #1a \\#1 `#1` &#35;1', '<p>{ticket|1,3-5|#1,3-5} a#1 #1a #1 <code>#1</code> #1</p>\n'],
    [
      'ticket:12#comment:2 comment:3:ticket:12.',
      '<p>{ticket|12#comment:2|ticket:12#comment:2} {comment|3:ticket:12|comment:3:ticket:12}.</p>\n',
    ],
    ['@joe. joe@example.org', expect.stringMatching(/^<p>\{user\|joe\|@joe\}\. <a href="mailto:joe@example\.org"/)],
    ['milestone:"1.0 beta"', '<p>{milestone|1.0 beta|milestone:&quot;1.0 beta&quot;}</p>\n'],
    [
      '[**t**](ticket:1) [h](#x) [p](/newticket) [f](a%20b.txt)',
      '<p>{ticket|1|<strong>t</strong>} {|#x|h} {|/newticket|p} {attachment|a b.txt|f}</p>\n',
    ],
    ['[x](javascript:alert(1)) [y](data:text/html,1)', '<p>[x](javascript:alert(1)) [y](data:text/html,1)</p>\n'],
    ['![a "b"](pic.png)', '<p>{Image("pic.png", alt="a \'b\'") inline}</p>\n'],
    ['[see #1](http://example.org)', expect.not.stringContaining('{')],
    ['# see #1', '<h1 id="see1">see {ticket|1|#1}</h1>\n'],
  ])('%j', (source, html) => expect(draw(source)).toEqual(html));
});

test('a macro stands alone in a paragraph', () => {
  expect(draw('[[TicketQuery(status=new, format=table)]]')).toBe('<p>{TicketQuery(status=new, format=table) paragraph}</p>\n');
  expect(draw('- [[TOC]]')).toBe('<ul>\n<li>{TOC() block}</li>\n</ul>\n');
  expect(draw('a [[TOC]]')).toBe('<p>a [[TOC]]</p>\n');
});

test('one line is one line', () => {
  expect(draw('# a **b**\n\n- c #1', { inline: true })).toBe('# a <strong>b</strong> - c {ticket|1|#1}');
});

test('what is nested too deeply stands as typed, with a notice, and nothing of it is lost', () => {
  const source = `${'> '.repeat(200)}deep`;
  const { parts, notice } = compile(source);
  expect(notice).toContain('nested too deeply');
  expect(parts.join('')).toContain('deep');
});

test('256 KB of anything take little time', () => {
  const pieces = [
    '#1 ',
    '@a ',
    '[',
    '](',
    '![a](',
    '*a_ ',
    '`',
    '<',
    '&a;',
    '> ',
    '- ',
    '|a',
    'ticket:"',
    '[[A(',
    '```js\n',
    'a|b\n-|-\n',
    '# a\n',
  ];
  for (const piece of pieces) {
    const start = performance.now();
    compile(piece.repeat(Math.ceil(262_144 / piece.length)));
    expect(performance.now() - start, piece).toBeLessThan(4000);
  }
});

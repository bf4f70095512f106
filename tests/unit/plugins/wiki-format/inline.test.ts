import { describe, expect, test } from 'vitest';
import { wikiFormat } from '../../../../plugins/wiki-format/format.ts';
import { drawn, inParagraph } from './drawn.ts';

describe('marks', () => {
  test.each([
    ['__u__', '<span class="underline">u</span>'],
    ["''i''", '<em>i</em>'],
    ["'''b''' '''''x'' y'''", '<strong>b</strong> <strong><em>x</em> y</strong>'],
    ["''i '''''b'''", '<em>i </em><strong>b</strong>'],
    ["~~a '''b~~ c'''", '<del>a <strong>b</strong></del><strong> c</strong>'],
    ['a^2^ b,,i,,', 'a<sup>2</sup> b<sub>i</sub>'],
    ["''''x'''", "<strong>'x</strong>"],
  ])('%s is drawn as it stands', (text, html) => {
    expect(inParagraph(text)).toBe(html);
  });

  test('a mark that a line leaves open goes on in the next, up to the end of the paragraph', () => {
    expect(drawn("a '''b\nc''' d ''e\n\nf")).toBe('<p>\na <strong>b\nc</strong> d <em>e\n</em></p>\n<p>\nf\n</p>\n');
  });

  test('code is not read, and may be empty', () => {
    expect(inParagraph("`a '' #1` `` {{{b}}} {{{{c}}}}")).toBe(
      "<code>a '' #1</code> <code></code> <code>b</code> <code>{c</code>}",
    );
  });

  test('code does not reach over the end of a line, even where the whole text is one', () => {
    expect(drawn('a ` b\n` c', { inline: true })).toBe('a ` b\n` c');
  });

  test('a double backslash breaks the line, and is a space where there is one line', () => {
    expect(inParagraph('a\\\\b')).toBe('a<br />b');
    expect(drawn('a\\\\b', { inline: true })).toBe('a b');
  });
});

describe('references', () => {
  test.each([
    ['#1,3-5', '<a href="ticket:1,3-5">#1,3-5</a>'],
    ['#1, 3', '<a href="ticket:1">#1</a>, 3'],
    ['comment:3:ticket:12.', '<a href="comment:3:ticket:12">comment:3:ticket:12</a>.'],
    [
      'query:status=new|closed&owner=joe',
      '<a href="query:status=new|closed&owner=joe">query:status=new|closed&amp;owner=joe</a>',
    ],
    ['[query:?status=new all new]', '<a href="query:?status=new">all new</a>'],
    ['milestone:"1.0 beta",', '<a href="milestone:1.0 beta">milestone:"1.0 beta"</a>,'],
    ['[milestone:"1.0 beta" soon]', '<a href="milestone:1.0 beta">soon</a>'],
    ['gen:milestone:"1.0 beta"', '<a href="gen:milestone:"1.0 beta"">gen:milestone:"1.0 beta"</a>'],
    ['version:2.0 search:word', '<a href="version:2.0">version:2.0</a> <a href="search:word">search:word</a>'],
    ['{3} {gen3}', '<a href="report:3">{3}</a> <a href="gen:report:3">{gen3}</a>'],
    ['r12 xr12 r12x', '<a href="changeset:12">r12</a> xr12 r12x'],
    ['[0a1b2c3d] [4:5/trunk]', '<a href="changeset:0a1b2c3d">[0a1b2c3d]</a> <a href="log:@4:5/trunk">[4:5/trunk]</a>'],
    ['source:/trunk/a.c@12#L3', '<a href="source:/trunk/a.c@12#L3">source:/trunk/a.c@12#L3</a>'],
    [
      '[#here there] [?a=b q] [/path p] [../x]',
      '<a href=":#here">there</a> <a href=":?a=b">q</a> <a href=":/path">p</a> <a href=":../x">../x</a>',
    ],
    ['[...] [.5] [x', '[...] [.5] [x'],
    ['[wiki:"a b" \'the page\']', '<a href="wiki:a b">the page</a>'],
    ['["a b"] ["a b" label]', '<a href="wiki:a b">a b</a> <a href="wiki:a b">label</a>'],
    ['[[ticket:2|two]] [[a b]] [[a b | c]]', '<a href="ticket:2">two</a> <a href="wiki:a b">a b</a> <a href="wiki:a b">c</a>'],
    ['<wiki:a b>', '&lt;<a href="wiki:a b">wiki:a b</a>&gt;'],
    ['a.b+c@x-y.example.org, a@b', '<a href="mailto:a.b+c@x-y.example.org">a.b+c@x-y.example.org</a>, a@b'],
    ['mailto:a@… [mailto:a@… write]', 'mailto:a@… write'],
  ])('%s', (text, html) => {
    expect(inParagraph(text)).toBe(html);
  });

  test.each([
    ['FooBar', true],
    ['FooBar/BazQux', true],
    ['FooBar@3', true],
    ['FooBar#here', true],
    ['ÉcoleNormale', true],
    ['Foo', false],
    ['FooBAR', false],
    ['FooBar1', false],
    ['FooBar_x', false],
    ['xFooBar', false],
    ['/FooBar', false],
  ])('%s is a page: %s', (text, isPage) => {
    expect(inParagraph(text)).toBe(isPage ? `<a href="wiki:${text}">${text}</a>` : text);
  });

  test('a page that a colon follows is one at the end of a phrase only', () => {
    expect(inParagraph('FooBar: x')).toBe('<a href="wiki:FooBar">FooBar</a>: x');
    expect(inParagraph('FooBar:x')).toBe('<a href="foobar:x">FooBar:x</a>');
  });

  test('a namespace of our own in capitals is a word of the sentence', () => {
    expect(inParagraph('Version:2 Ticket:1 MeatBall:Page')).toBe('Version:2 Ticket:1 <a href="meatball:Page">MeatBall:Page</a>');
  });

  test.each([
    'javascript://%0aalert(1)',
    '[javascript:alert(1) x]',
    '[[javascript:alert(1)|x]]',
    'vbscript://x/y',
    '[data:text/html,x y]',
    'unknown://x',
  ])('%s stands as typed', (text) => {
    expect(inParagraph(text)).toBe(text);
  });

  test('which schemes are links, the administrator says; scripts never are', () => {
    const format = wikiFormat({ safeSchemes: ['gopher', 'javascript'], rules: { forText: () => ({ find: () => undefined }) } });
    const { parts } = format.compile('gopher://a http://b javascript://c', { inline: true, breaks: false });
    expect(parts.join('')).toBe(
      '<a class="ext-link" href="gopher://a"><span class="icon">\u200b</span>gopher://a</a> http://b javascript://c',
    );
  });

  test('an address in capitals leads where it says', () => {
    expect(inParagraph('HTTP://X.example/')).toContain('href="HTTP://X.example/"');
  });

  test.each([
    '!#1',
    '!FooBar',
    '!ticket:1',
    '![#1 x]',
    '!a@b.example',
    '!{1}',
    '!r12',
    '!`x`',
    '!<wiki:x>',
    '![[Foo]]',
    '!__',
    '!||',
  ])('%s is text without its mark', (text) => {
    expect(inParagraph(`a ${text}`)).toBe(`a ${text.slice(1).replaceAll('<', '&lt;').replaceAll('>', '&gt;')}`);
  });

  test('a mark of exclamation before anything else stays', () => {
    expect(inParagraph('Hi! !! !word ! !&')).toBe('Hi! !! !word ! !&amp;');
  });
});

describe('macros in lines', () => {
  test.each([
    ['[[TOC]]', '<macro TOC() paragraph undefined>'],
    ["'''[[TOC]]'''", '<strong><macro TOC() inline undefined></strong>'],
    ['[[Image(a.png, alt="x, y")]]', '<macro Image(a.png, alt="x, y") paragraph undefined>'],
    ['[[Foo?]] [[?]]', '<macro MacroList(Foo) paragraph undefined> <macro MacroList(*) paragraph undefined>'],
    ['[[comment(x)]]', ''],
    ["[[span(a '''b''', class=x, onclick=y)]]", '<span class="x">a <strong>b</strong></span>'],
    ['[[Image(a||b)]]', '<macro Image(a||b) paragraph undefined>'],
    [
      "[=#here] [=#here the ''place'']",
      '<span class="wikianchor" id="here"></span> <span class="wikianchor" id="here">the <em>place</em></span>',
    ],
  ])('%s', (text, html) => {
    expect(inParagraph(text)).toBe(html);
  });

  test('in items and cells a macro may be a block, in headings it must fit into the line', () => {
    expect(drawn(' * [[TOC]]')).toContain('<macro TOC() block undefined>');
    expect(drawn('|| [[TOC]] ||')).toContain('<macro TOC() block undefined>');
    expect(drawn('= [[TOC]] =')).toContain('<macro TOC() line undefined>');
    expect(drawn('[[TOC]]', { inline: true })).toBe('<macro TOC() line undefined>');
  });
});

test('rules of plugins go before ours, and what they find is not read again', () => {
  const rules = {
    forText: () => ({
      find(line: string, from: number) {
        const at = line.indexOf("CVE-1''", from);
        return at < 0 ? undefined : { at, end: at + 7, parts: ['<b>cve</b>'] };
      },
    }),
  };
  const { parts } = wikiFormat({ safeSchemes: [], rules }).compile("''a CVE-1'' b'' #1 CVE-1''", { inline: true, breaks: false });
  expect(parts.filter((part) => typeof part === 'string').join('|')).toBe('<em>a <b>cve</b> b</em> | <b>cve</b>');
});

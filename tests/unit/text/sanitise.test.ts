import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitiseHtml } from '../../../core/text/sanitise.ts';
import { htmlFaults, isClosedInItself } from '../../support/html-faults.ts';
import { HTML_VECTORS } from '../../support/xss-vectors.ts';

test('there are some hundreds of known attacks', () => {
  expect(new Set(HTML_VECTORS).size).toBeGreaterThan(250);
});

test.each(HTML_VECTORS)('%j leaves nothing that runs, loads or covers', (vector) => {
  const html = sanitiseHtml(vector);
  expect(htmlFaults(html)).toEqual([]);
  expect(isClosedInItself(html)).toBe(true);
});

test('the check itself finds what is forbidden', () => {
  const bad = [
    '<script>1</script>',
    '<a href="java&#9;script:1">x</a>',
    '<img src="http://a.invalid/x">',
    '<b onclick=1>',
    '<p style="position:fixed">',
  ];
  for (const html of bad) expect(htmlFaults(html), html).not.toEqual([]);
  for (const html of ['</div><p>x</p>', '<ul><li><div><li>x</li></div></li></ul></div>', '<li>x'])
    expect(isClosedInItself(html), html).toBe(false);
});

describe('what is harmless stays', () => {
  test.each([
    ['<p class="x" id="y">a <em>b</em></p>', '<p class="x" id="y">a <em>b</em></p>'],
    ['<a href="http://example.org" title="t">l</a>', '<a href="http://example.org" title="t">l</a>'],
    ['<a href="/ticket/1?a=b&amp;c#d">l</a>', '<a href="/ticket/1?a=b&amp;c#d">l</a>'],
    ['<a href="x" target="_blank">l</a>', '<a href="x" target="_blank" rel="noopener noreferrer">l</a>'],
    ['<table><tr><td colspan=2>1</td></tr></table>', '<table><tr><td colspan="2">1</td></tr></table>'],
    ['<ol start=3><li value=5>x</ol>', '<ol start="3"><li value="5">x</li></ol>'],
    ['<div style="color: red; text-align: right">x</div>', '<div style="color: red; text-align: right">x</div>'],
    [
      '<img src="/raw-attachment/ticket/1/a.png" alt="a" width=100>',
      '<img src="/raw-attachment/ticket/1/a.png" alt="a" width="100" />',
    ],
    ['<img src="data:image/png;base64,iVBORw0KGgo=">', '<img src="data:image/png;base64,iVBORw0KGgo=" />'],
    ['1 < 2 & 3 &copy; "q"', '1 &lt; 2 &amp; 3 © "q"'],
    ['<details open><summary>s</summary>x</details>', '<details open><summary>s</summary>x</details>'],
  ])('%j', (html, expected) => expect(sanitiseHtml(html)).toBe(expected));
});

test('text between forbidden tags stays, that of scripts and styles goes', () => {
  expect(sanitiseHtml('a<form>b<button>c</button></form><script>d</script><style>e</style><svg>f</svg>g')).toBe('abcg');
});

test('parts of lists and tables stand only in lists and tables', () => {
  expect(sanitiseHtml('<li>a</li><td>b</td><tr><td>c</td></tr><dd>d</dd><ul><div><li>e</li></div></ul>')).toBe(
    '<span>a</span><span>b</span><span><span>c</span></span><span>d</span><ul><div><span>e</span></div></ul>',
  );
});

test('names of the page’s own parts are no ids, and its classes no classes', () => {
  expect(
    sanitiseHtml('<p id="propertyform" class="skip-link mine dialog-x">x</p><p id="comment:3">y</p><p id="mine">z</p>'),
  ).toBe('<p class="mine">x</p><p>y</p><p id="mine">z</p>');
});

const PIECES = [
  ...[
    '<ul>',
    '</ul>',
    '<li>',
    '</li>',
    '<div>',
    '</div>',
    '<p>',
    '</p>',
    '<table>',
    '</table>',
    '<tr>',
    '<td>',
    '</td>',
    '<dl>',
    '<dd>',
  ],
  ...[
    '<a href=x>',
    '</a>',
    '<b>',
    '</b>',
    '<i>',
    '</i>',
    '<h1>',
    '<h2>',
    '</h1>',
    'text',
    '<!--',
    '-->',
    '<svg>',
    '<math>',
    '<style>',
  ],
  ...[
    '</style>',
    '<title>',
    '<caption>',
    '<details>',
    '<summary>',
    '<font>',
    '<br>',
    '<hr>',
    '<img>',
    '<pre>',
    '"',
    "'",
    '<',
    '>',
  ],
];

test('no mixture of tags ends what stands around it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }), (pieces) => {
      const html = sanitiseHtml(pieces.join(''));
      expect(htmlFaults(html)).toEqual([]);
      expect(isClosedInItself(html)).toBe(true);
    }),
    { numRuns: 1500 },
  );
});

test('256 KB of hostile tags take less than a second', () => {
  for (const piece of ['<b>', '<div>', '<ul><li>', '<', '&', '<a x=y ', '<!--', '<p style="a:b;', '</p>', '<svg><![CDATA[']) {
    const start = performance.now();
    sanitiseHtml(piece.repeat(Math.ceil(262_144 / piece.length)));
    expect(performance.now() - start, piece).toBeLessThan(1000);
  }
});

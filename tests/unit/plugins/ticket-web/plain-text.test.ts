import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, plainTextToHtml, quoteText } from '../../../../plugins/ticket-web/plain-text.ts';

const html = (text: string): string => plainTextToHtml(text, (id) => `/ticket/${id}`);
const link = (id: number): string => `<a class="ticket-link" href="/ticket/${id}">#${id}</a>`;

test('a line break is a break, an empty line begins a paragraph', () => {
  expect(html('one\ntwo\r\nthree\n\nfour')).toBe('<p>one<br>two<br>three</p>\n<p>four</p>');
});

test('markup is shown, never obeyed', () => {
  expect(html('<script>alert("x")</script> & \'y\'')).toBe(
    '<p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;</p>',
  );
});

test('a ticket number is a link wherever it stands as a word', () => {
  expect(html('#12')).toBe(`<p>${link(12)}</p>`);
  expect(html('see #12, (#3) and "#4".')).toContain(`see ${link(12)}, (${link(3)})`);
  expect(html('#1 #2 #3')).toBe(`<p>${link(1)} ${link(2)} ${link(3)}</p>`);
});

test.each(['#0', '#012', '#12a', 'a#12', '/#12', '#99999999999', '#2147483648', '#', '&#39;', '#1e9', '#-1'])(
  '%s is no ticket number',
  (text) => {
    expect(html(text)).not.toContain('<a');
  },
);

test('quoted lines become a quotation, deeper ones within it, and the depth is limited', () => {
  expect(html('> > old\n> new\nanswer')).toBe(
    '<blockquote><blockquote><p>old</p></blockquote>\n<p>new</p></blockquote>\n<p>answer</p>',
  );
  expect(html(`${'> '.repeat(200)}deep`).match(/<blockquote>/g)).toHaveLength(6);
});

test('blank text is nothing at all', () => {
  expect(html('')).toBe('');
  expect(html(' \n\t\n')).toBe('');
});

test('whatever is typed, the only tags are ours and the text is all there', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const rest = html(text).replace(/<\/?(?:p|br|blockquote)>|<a class="ticket-link" href="\/ticket\/\d+">|<\/a>/g, '');
      expect(rest).not.toMatch(/[<>"']/);
    }),
  );
});

test('a quarter of a megabyte of anything is rendered at once', () => {
  for (const piece of ['#1 ', '> ', '#', '&', '<', '\n', ' ', '> #1\n', "'#1"]) {
    const start = performance.now();
    html(piece.repeat(262_144 / piece.length));
    expect(performance.now() - start).toBeLessThan(2_000);
  }
});

test('a quotation names its source and marks each line', () => {
  expect(quoteText('a\r\nb\n', 'Replying to [comment:3 joe]:')).toBe('Replying to [comment:3 joe]:\n> a\n> b\n\n');
});

test('escaping covers what can end an attribute', () => {
  expect(escapeHtml(`&<>"'`)).toBe('&amp;&lt;&gt;&quot;&#39;');
});

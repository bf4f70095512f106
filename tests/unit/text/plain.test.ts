import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, plainHtml } from '../../../core/text/markup.ts';

test('a line break is a break, an empty line begins a paragraph', () => {
  expect(plainHtml('one\ntwo\r\nthree\n\nfour')).toBe('<p>\none<br />\ntwo<br />\nthree\n</p>\n<p>\nfour\n</p>\n');
});

test('markup and references are shown, never obeyed', () => {
  expect(plainHtml('<script>alert("x")</script> & \'y\' #12')).toBe(
    '<p>\n&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39; #12\n</p>\n',
  );
});

test('blank text is nothing at all', () => {
  expect([plainHtml(''), plainHtml(' \n\t\n')]).toEqual(['', '']);
});

test('whatever is typed, the only tags are ours', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(plainHtml(text).replace(/<\/?p>|<br \/>/g, '')).not.toMatch(/[<>"']/);
    }),
  );
});

test('escaping covers what can end an attribute', () => {
  expect(escapeHtml(`&<>"'`)).toBe('&amp;&lt;&gt;&quot;&#39;');
});

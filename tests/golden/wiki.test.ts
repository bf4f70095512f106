import { describe, expect, test } from 'vitest';
import { drawRecorded, plainWiki, WIKI_CASES } from '../support/golden-wiki.ts';
import { wikiTree } from '../support/wiki-tree.ts';

/** Where Tracts draws something else on purpose: docs/trac-differences.md. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'xss-html-iframe': '\n',
  'xss-html-svg': '\n',
};

describe.each(WIKI_CASES)('$name', ({ name, text, html, html_preserve_newlines: broken, oneliner }) => {
  const draw = (options: { inline: boolean; breaks: boolean }, recorded: string): string =>
    drawRecorded(plainWiki.compile(text, options), recorded);
  const expected = DIFFERENT[name];

  test('is drawn as Trac draws it', () => {
    expect(wikiTree(draw({ inline: false, breaks: false }, html))).toEqual(wikiTree(expected ?? html));
  });

  test('keeps the ends of lines as Trac does in tickets', () => {
    const recorded = broken ?? html;
    expect(wikiTree(draw({ inline: false, breaks: true }, recorded))).toEqual(wikiTree(expected ?? recorded));
  });

  test('fits into one line as Trac has it', () => {
    expect(wikiTree(draw({ inline: true, breaks: false }, oneliner))).toEqual(wikiTree(oneliner));
  });
});

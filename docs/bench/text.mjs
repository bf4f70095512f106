// Formatting speed of wiki text as ratios to markdown-it's on the like text of the same size, in one run.
// Usage: npm run build && npm run bench -- text [--rounds 15]
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import MarkdownIt from 'markdown-it';

const { values } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '15' } } });
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const { wikiFormat } = await import(pathToFileURL(path.join(root, 'dist/plugins/wiki-format/format.js')).href);

const SIZE = 32_768;
const WORDS = (
  'the report says that a page does not open after the user has changed settings twice and then it shows an empty list ' +
  'while logs hold nothing but one warning about time which we have seen before on other machines under heavy load today'
).split(' ');
const sentence = (seed) => {
  const words = Array.from({ length: 12 + (seed % 9) }, (_, i) => WORDS[(seed * 7 + i * 13) % WORDS.length]);
  return `${words.join(' ').replace(/^./, (first) => first.toUpperCase())}.`;
};

/** Repeats pieces until the text has the size. */
function fill(piece) {
  let text = '';
  for (let seed = 1; text.length < SIZE; seed++) text += piece(seed);
  return text.slice(0, SIZE);
}
const paragraph = (seed) => `${sentence(seed)} ${sentence(seed + 1)}\n${sentence(seed + 2)} ${sentence(seed + 3)}\n\n`;
const url = 'https://example.org/path?q=1';
const WIKI_DENSE = (n) =>
  `== Part ${n} ==\n'''bold''' and ''italic'' with \`code\` and ~~gone~~, see [${url} there] and ${url}.\n\n` +
  ` * one '''item'''\n * two with \`code\`\n   * deeper\n 1. first\n 2. second\n\n> quoted ''words''\n\n` +
  `||= head =||= more =||\n|| a || '''b''' ||\n|| c || d ||\n\n{{{\nraw < code\n}}}\n\n`;
const MARKDOWN_DENSE = (n) =>
  `## Part ${n}\n**bold** and *italic* with \`code\` and ~~gone~~, see [there](${url}) and ${url}.\n\n` +
  `- one **item**\n- two with \`code\`\n  - deeper\n\n1. first\n2. second\n\n> quoted *words*\n\n` +
  `| head | more |\n| --- | --- |\n| a | **b** |\n| c | d |\n\n\`\`\`\nraw < code\n\`\`\`\n\n`;

const markdown = new MarkdownIt({ breaks: true });
const wiki = wikiFormat({ safeSchemes: ['http', 'https'], rules: { forText: () => ({ find: () => undefined }) } });
/** Counting the bytes makes the engine put the text together, which it would else leave for later. */
const drawWiki = (text) => Buffer.byteLength(wiki.compile(text, { inline: false, breaks: true }).parts.join(''));
const drawMarkdown = (text) => Buffer.byteLength(markdown.render(text));

/** Microseconds of one call, the best of so many rounds: what disturbs a machine only ever adds. */
function compare(subjects) {
  const best = subjects.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < Number(values.rounds) + 3; round++)
    for (const [index, [draw, text]] of subjects.entries()) {
      const start = performance.now();
      for (let i = 0; i < 20; i++) draw(text);
      const took = ((performance.now() - start) * 1000) / 20;
      if (round >= 3) best[index] = Math.min(best[index], took);
    }
  return best;
}

const plain = fill(paragraph);
const rows = [
  ['plain paragraphs', plain, plain, '>= 0.3'],
  ['dense markup', fill(WIKI_DENSE), fill(MARKDOWN_DENSE), '>= 0.7'],
].map(([what, wikiText, markdownText, wanted]) => {
  const [ours, theirs] = compare([
    [drawWiki, wikiText],
    [drawMarkdown, markdownText],
  ]);
  return {
    what: `${what}, 32 KB`,
    'wiki µs': Math.round(ours),
    'markdown-it µs': Math.round(theirs),
    ratio: (theirs / ours).toFixed(2),
    wanted,
  };
});
console.table(rows);

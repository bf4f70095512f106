import { type CompiledText, escapeHtml, type WikiMacro } from 'tracts';
import { readArguments } from './arguments.ts';

interface Heading {
  readonly level: number;
  readonly id: string;
  /** Safe HTML. */
  readonly label: string;
}

const MOST_HEADINGS = 300;
const OPENING = /<h([1-6])\b[^<>]*\bid="([^"<>]*)"[^<>]*>/g;

/** The headings of a text in order, with what they say. */
function headingsOf({ parts }: CompiledText): readonly Heading[] {
  const html = parts.map((part) => (typeof part === 'string' ? part : part.kind === 'link' ? part.label : '')).join('');
  const found: Heading[] = [];
  for (const match of html.matchAll(OPENING)) {
    const [tag, level = '1', id = ''] = match;
    const start = match.index + tag.length;
    const end = html.indexOf(`</h${level}>`, start);
    if (end < 0 || found.length === MOST_HEADINGS) break;
    found.push({
      level: Number(level),
      id,
      label: html
        .slice(start, end)
        .replace(/<[^<>]*>/g, '')
        .trim(),
    });
  }
  return found;
}

/** `2-3` as the levels shown. */
function readLevels(words: readonly string[]): readonly [number, number] {
  const [, low = '1', high] = words.map((word) => /^([1-6])(?:-([1-6]))?$/.exec(word)).find((match) => match !== null) ?? [];
  return [Number(low), Number(high ?? (words.some((word) => /^[1-6]$/.test(word)) ? low : 6))];
}

/** Nested lists; a level that was skipped opens none of its own. */
function drawList(headings: readonly Heading[], tag: string): string {
  const open: number[] = [];
  let html = '';
  for (const { level, id, label } of headings) {
    while (open.length > 1 && level < (open.at(-1) ?? 0)) {
      open.pop();
      html += `</li></${tag}>`;
    }
    if (open.length === 0 || level > (open.at(-1) ?? 0)) {
      open.push(level);
      html += `<${tag}>`;
    } else html += '</li>';
    html += `<li><a href="#${escapeHtml(id)}">${label}</a>`;
  }
  return html + open.map(() => `</li></${tag}>`).join('');
}

const outline = (name: string): WikiMacro => ({
  name,
  help: `The headings of this text as a list of links: [[${name}]], [[${name}(2-3, Contents, inline)]].`,
  render(_ctx, { args }, _scope, text) {
    const { words } = readArguments(args);
    const [low, high] = readLevels(words);
    const isFlag = (word: string): boolean => /^(?:[1-6](?:-[1-6])?|inline|pullout|unnumbered|numbered|noheading)$/i.test(word);
    const title = words.find((word) => !isFlag(word)) ?? 'Table of Contents';
    const headings = headingsOf(text).filter(({ level }) => level >= low && level <= high);
    if (headings.length === 0) return '';
    const flags = new Set(words.map((word) => word.toLowerCase()));
    const heading = flags.has('noheading') ? '' : `<h4>${escapeHtml(title)}</h4>`;
    const place = flags.has('inline') ? 'wiki-toc wiki-toc-inline' : 'wiki-toc';
    const list = drawList(headings, flags.has('unnumbered') ? 'ul' : 'ol');
    return `<nav class="${place}" aria-label="${escapeHtml(title)}">${heading}${list}</nav>`;
  },
});

/** Tables of contents, by both of their names. */
export const OUTLINES: readonly WikiMacro[] = [outline('TOC'), outline('PageOutline')];
